#include "core/engine/placed_sink.hpp"

#include <algorithm>
#include <system_error>

namespace pipectl {
namespace {

namespace fs = std::filesystem;

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

bool is_below(const fs::path& folder, const fs::path& path) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first ==
         folder.end();
}

bool leads_out(const fs::path& path) { return path.empty() || *path.begin() == ".."; }

/// Without a slash at its end, which would be a name of its own.
fs::path as_folder(const fs::path& path) {
  auto normal = path.lexically_normal();
  return normal.has_filename() ? normal : normal.parent_path();
}

}  // namespace

PlacedSink::PlacedSink(const ReportPlace& place, ReportSink& to)
    : workspace_((as_folder(place.workspace) / "").string()),
      directory_(as_folder(place.directory)),
      below_(directory_.lexically_relative(as_folder(place.workspace))),
      folder_(place.report.lexically_normal().parent_path()),
      to_(to) {
  if (below_ == "." || leads_out(below_)) below_.clear();
}

void PlacedSink::sources(const std::vector<std::string>& folders) {
  sources_.assign(folders.begin(), folders.end());
}

const std::string& PlacedSink::covered(std::string_view file) {
  if (file != covered_.asked)
    covered_ = {std::string(file), covered_name(fs::path(file).lexically_normal()).string()};
  return covered_.name;
}

/// A relative name is meant from one of the report's sources, else from some folder above the
/// report: the nearest that has such a file. Where none has, it stays what the report calls it.
fs::path PlacedSink::covered_name(const Path& file) const {
  if (file.is_absolute()) return in_directory(file);
  if (leads_out(file)) return file;
  if (const auto found = in_sources(file)) return *found;
  return nearest(file).value_or(file);
}

fs::path PlacedSink::in_directory(const Path& whole) const {
  return is_below(directory_, whole) ? whole.lexically_relative(directory_) : whole;
}

std::optional<fs::path> PlacedSink::in_sources(const Path& file) const {
  for (const auto& source : sources_) {
    const auto candidate = (source / file).lexically_normal();
    if (candidate.is_absolute()) {
      if (candidate.string().starts_with(workspace_) && is_file(candidate))
        return in_directory(candidate);
    } else if (!leads_out(candidate)) {
      if (auto found = nearest(candidate)) return found;
      if (is_file(directory_ / candidate)) return candidate;
    }
  }
  return std::nullopt;
}

std::optional<fs::path> PlacedSink::nearest(const Path& file) const {
  for (auto folder = folder_; !folder.empty(); folder = folder.parent_path())
    if (is_file(directory_ / folder / file)) return folder / file;
  return std::nullopt;
}

void PlacedSink::finding(report::Finding finding) {
  if (finding.path != found_.asked) found_ = {finding.path, in_repository(finding.path)};
  finding.path = found_.name;
  to_.finding(std::move(finding));
}

/// Not all that stands for a path is one: what is no file of the workspace stays as it is.
std::string PlacedSink::in_repository(const std::string& path) const {
  if (path.starts_with(workspace_))
    return fs::path(path.substr(workspace_.size())).lexically_normal().string();
  if (path.empty() || path.starts_with('/')) return path;
  std::string name = path.starts_with("./") ? fs::path(path).lexically_normal().string() : path;
  if (below_.empty() || !is_file(directory_ / name)) return name;
  const auto whole = (below_ / name).lexically_normal();
  return leads_out(whole) ? name : whole.string();
}

}  // namespace pipectl
