#include "core/config/load.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/dotenv.hpp"
#include "core/base/text.hpp"
#include "core/config/checks.hpp"
#include "core/config/files.hpp"
#include "core/config/keys.hpp"
#include "core/config/not_built.hpp"
#include "core/config/notify.hpp"
#include "core/config/order.hpp"
#include "core/config/runners.hpp"
#include "core/config/sections.hpp"
#include "core/config/stages.hpp"
#include "core/config/values.hpp"

namespace pipectl::config {
namespace {

/// One file's sections by name; null values count as absent.
std::optional<yaml::Node> section(const ConfigFile& file, std::string_view key) {
  const auto found = file.document.root().find(key);
  return found && found->kind() != yaml::Kind::null ? found : std::nullopt;
}

/// The same name in two files; within one the YAML layer has reported it.
template <class Element>
void report_repeated(const std::vector<Element>& elements, std::string_view what,
                     Diagnostics& diagnostics) {
  std::unordered_map<std::string_view, Span> seen;
  for (const auto& element : elements) {
    const auto [entry, fresh] = seen.emplace(element.name, element.where);
    if (!fresh)
      diagnostics.error(element.where, fmt::format("{} '{}' is declared twice", what, element.name),
                        fmt::format("the other one stands in {}, line {}", entry->second.file->path,
                                    entry->second.line));
  }
}

class Load {
 public:
  Load(Files& files, const Context& context, const Variables& variables)
      : files_(files),
        context_(context),
        diagnostics_(context.diagnostics),
        variables_(variables),
        templates_(overlay_, diagnostics_) {}

  LoadedPipeline run() {
    for (const auto& file : files_.all()) read_top(file);
    for (const auto& file : files_.all()) read_env_files(file);
    for (const auto& file : files_.all()) read_declarations(file);
    report_repeated(pipeline_.params, "parameter", diagnostics_);
    report_repeated(pipeline_.secrets, "secret", diagnostics_);
    targets_.secrets = names_of(pipeline_.secrets);
    for (const auto& file : files_.all()) read_targets(file);
    report_repeated(pipeline_.environments, "environment", diagnostics_);
    targets_.environments = names_of(pipeline_.environments);
    read_stages();
    return std::move(loaded_);
  }

 private:
  void read_top(const ConfigFile& file);
  void read_name(yaml::Reader& reader, const ConfigFile& file);
  void report_unknown_top(yaml::Reader& reader, const ConfigFile& file, yaml::Node key);
  void read_env_files(const ConfigFile& file);
  void read_declarations(const ConfigFile& file);
  void read_targets(const ConfigFile& file);
  void read_stages();
  void finish_stages(const StagesReader& stages);
  void read_on(const NameSet& stages);

  Files& files_;
  const Context& context_;
  Diagnostics& diagnostics_;
  const Variables& variables_;
  LoadedPipeline loaded_;
  Pipeline& pipeline_{loaded_.pipeline};
  yaml::Overlay overlay_;
  Templates templates_;
  StageTargets targets_;
  StageSpec defaults_;
  std::size_t from_files_{0};  ///< variables of env_file, the first ones of the pipeline
};

void Load::read_top(const ConfigFile& file) {
  const bool is_main = file.role == ConfigFile::Role::main;
  yaml::Reader reader(file.document.root(), is_main ? "a pipeline file" : "an included file",
                      diagnostics_);
  reader.allow(key_names(is_main ? Section::pipeline : Section::included));
  if (is_main) read_name(reader, file);
  for (const auto& [key, value] : reader.self().entries())
    if (Templates::is_template(key.text())) templates_.add(key, value);
  if (const auto stages = section(file, "stages"))
    for (const auto& [key, value] : stages->entries())
      if (Templates::is_template(key.text())) templates_.add(key, value);
  for (const yaml::Node key : reader.unasked())
    if (!Templates::is_template(key.text())) report_unknown_top(reader, file, key);
}

void Load::read_name(yaml::Reader& reader, const ConfigFile& file) {
  pipeline_.name = reader.string("name").value_or(file.folder.filename().string());
  const auto name = reader.node("name");
  if (!name) return;
  check_literal(*name, "name", diagnostics_);
  if (name->kind() == yaml::Kind::scalar && trim(name->text()).empty())
    diagnostics_.error(name->span(), "'name' is empty",
                       "left out, the pipeline is called as its folder");
}

void Load::report_unknown_top(yaml::Reader& reader, const ConfigFile& file, yaml::Node key) {
  if (report_not_built(Place::pipeline_key, key.text(), key.span(), diagnostics_)) return;
  const auto known = key_names(Section::pipeline);
  if (std::ranges::find(known, key.text()) != known.end()) {
    diagnostics_.error(key.span(), fmt::format("an included file cannot have '{}'", key.text()),
                       "it belongs into the file that includes this one");
    return;
  }
  const auto value = file.document.root().find(key.text());
  const bool like_stage = value && (value->find("run") || value->find("kind") ||
                                    value->find("steps") || value->find("parallel"));
  if (!like_stage) return reader.report_unknown(key);
  diagnostics_.error(key.span(), fmt::format("unknown key '{}'", key.text()),
                     "a stage stands below `stages`");
}

void Load::read_env_files(const ConfigFile& file) {
  const auto names = section(file, "env_file");
  if (!names) return;
  for (const yaml::Node name : yaml::read_strings(*names, "env_file", diagnostics_)) {
    if (!check_literal(name, "env_file", diagnostics_)) continue;
    const SourceFile* const source = files_.read_other(name, file);
    if (source == nullptr) continue;
    auto values = parse_dotenv(source->text, source->path);
    if (!values) {
      diagnostics_.error(name.span(), values.error().message, values.error().hint);
      continue;
    }
    for (const auto& [variable, value] : *values)
      pipeline_.env.push_back({variable, expr::Template::literal(value, name.span())});
  }
  from_files_ = pipeline_.env.size();
}

void Load::read_declarations(const ConfigFile& file) {
  if (const auto params = section(file, "params")) read_params(*params, pipeline_, context_);
  if (const auto secrets = section(file, "secrets"))
    read_secrets(*secrets, file.folder, pipeline_, context_);
  if (const auto env = section(file, "env")) {
    auto entries = read_env(*env, diagnostics_);
    std::ranges::move(entries, std::back_inserter(pipeline_.env));
  }
}

void Load::read_targets(const ConfigFile& file) {
  if (const auto environments = section(file, "environments"))
    read_environments(*environments, targets_.secrets, pipeline_, context_);
  if (file.role != ConfigFile::Role::main) return;
  if (const auto source = section(file, "source"))
    pipeline_.source = read_source(*source, targets_.secrets, context_);
  if (const auto defaults = section(file, "defaults"))
    defaults_ = read_defaults(*defaults, pipeline_, context_);
  if (const auto notify = section(file, "notify")) read_notifiers(*notify, loaded_, context_);
}

void Load::read_stages() {
  StagesReader stages(defaults_, targets_, templates_, context_, pipeline_);
  for (const auto& file : files_.all())
    if (const auto mapping = section(file, "stages")) stages.read(*mapping);
  stages.check_unused_templates();
  const yaml::Node main = files_.all().back().document.root();
  const bool readable = main.kind() == yaml::Kind::mapping || main.kind() == yaml::Kind::null;
  if (stages.entries().empty() && !diagnostics_.has_errors() && readable)
    diagnostics_.error({main.span().file, 0, 0, 1}, "the pipeline has no stage",
                       "write at least one below `stages`");
  complete_needs(stages, pipeline_, diagnostics_);
  pipeline_.index();
  finish_stages(stages);
  read_on(stages.names());
}

void Load::finish_stages(const StagesReader& stages) {
  const Order order(pipeline_, stages.drafts());
  order.check_cycles(diagnostics_);
  NameTable table{pipeline_, order, variables_};
  table.params = names_of(pipeline_.params);
  for (std::uint32_t i = 0; i < pipeline_.stages.size(); ++i)
    table.stages.emplace(pipeline_.stages[i].name, i);
  check_file(pipeline_, from_files_, table, diagnostics_);
  make_runners(stages.drafts(), table, context_, loaded_);
}

void Load::read_on(const NameSet& stages) {
  const auto on = section(files_.all().back(), "on");
  if (on) read_events(*on, stages, pipeline_, context_);
}

}  // namespace

std::optional<LoadedPipeline> load(const std::filesystem::path& file, const Registry& registry,
                                   Diagnostics& diagnostics,
                                   std::deque<std::unique_ptr<SourceFile>>& sources,
                                   const Variables& variables) {
  const std::size_t errors = diagnostics.error_count();
  Files files(sources, diagnostics);
  files.read_all(file);
  if (!files.complete()) return std::nullopt;
  auto loaded = Load(files, {registry, diagnostics}, variables).run();
  if (diagnostics.error_count() > errors) return std::nullopt;
  std::error_code ignored;
  loaded.pipeline.file = std::filesystem::absolute(file, ignored).lexically_normal().string();
  loaded.pipeline.sources = std::move(sources);
  loaded.digest = files.digest();
  return loaded;
}

}  // namespace pipectl::config
