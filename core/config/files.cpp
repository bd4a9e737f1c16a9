#include "core/config/files.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/files.hpp"
#include "core/base/text.hpp"
#include "core/git/repository.hpp"
#include "core/yaml/reader.hpp"

namespace pipectl::config {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_files = 100;
constexpr std::size_t most_bytes = std::size_t{64} << 20U;  // the YAML layer has the smaller limit

fs::path folder_of(const fs::path& file) {
  std::error_code ignored;
  return fs::absolute(file, ignored).lexically_normal().parent_path();
}

fs::path resolved(const fs::path& file) {
  std::error_code error;
  auto found = fs::weakly_canonical(file, error);
  return error ? file : found;
}

}  // namespace

void Files::read_all(const fs::path& main) {
  const fs::path folder = folder_of(main);
  const auto repository = git::find_root(folder);
  in_repository_ = repository.has_value();
  root_ = repository.value_or(folder);
  visit(main, ConfigFile::Role::main, {});
}

const SourceFile* Files::read(const fs::path& path, Span named) {
  auto text = read_file(path, most_bytes);
  if (!text) {
    diagnostics_.error(named, text.error().message, text.error().hint);
    return nullptr;
  }
  digest_.update(fmt::format("{}\n", text->size()));
  digest_.update(*text);
  sources_.push_back(std::make_unique<SourceFile>(SourceFile{path.string(), std::move(*text)}));
  return sources_.back().get();
}

std::string Files::digest() { return digest_.hex(); }

void Files::visit(const fs::path& path, ConfigFile::Role role, Span named) {
  const fs::path real = resolved(path);
  if (std::ranges::find(path_, real) != path_.end()) {
    std::string cycle;
    const auto first = std::ranges::find(path_, real) - path_.begin();
    for (auto i = static_cast<std::size_t>(first); i < path_shown_.size(); ++i)
      cycle += path_shown_[i] + " -> ";
    diagnostics_.error(named, fmt::format("files include each other: {}{}", cycle, path.string()));
    return;
  }
  if (!done_.insert(real).second) return;
  if (done_.size() > most_files)
    return diagnostics_.error(named, fmt::format("more than {} files are included", most_files));
  const SourceFile* const source = read(path, named);
  complete_ = complete_ && source != nullptr;
  if (source == nullptr) return;
  auto document = yaml::Document::parse(*source, diagnostics_);
  complete_ = complete_ && document.has_value();
  if (!document) return;
  path_.push_back(real);
  path_shown_.push_back(path.string());
  ConfigFile file{role, folder_of(path), path.parent_path(), std::move(*document)};
  visit_includes(file);
  files_.push_back(std::move(file));
  path_.pop_back();
  path_shown_.pop_back();
}

void Files::visit_includes(const ConfigFile& file) {
  const auto list = file.document.root().find("include");
  if (!list || list->kind() == yaml::Kind::null) return;
  for (const yaml::Node name : yaml::read_strings(*list, "include", diagnostics_))
    include(name, file);
}

void Files::include(yaml::Node name, const ConfigFile& file) {
  const fs::path written{std::string(name.text())};
  if (written.empty()) return diagnostics_.error(name.span(), "'include' needs the path of a file");
  if (!lies_within(file.folder / written, root_))
    return diagnostics_.error(name.span(),
                              fmt::format("'{}' lies outside of the {}", name.text(),
                                          in_repository_ ? "repository" : "pipeline's folder"),
                              "include only files that come with this one");
  visit((file.shown / written).lexically_normal(), ConfigFile::Role::included, name.span());
}

const SourceFile* Files::read_other(yaml::Node name, const ConfigFile& file) {
  return read((file.shown / std::string(name.text())).lexically_normal(), name.span());
}

}  // namespace pipectl::config
