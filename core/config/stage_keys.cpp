#include "core/config/stage_keys.hpp"

#include <fmt/format.h>

#include <array>
#include <filesystem>

#include "core/base/text.hpp"
#include "core/config/containers.hpp"
#include "core/config/keys.hpp"
#include "core/config/reports.hpp"
#include "core/config/values.hpp"
#include "core/yaml/canonical.hpp"

namespace pipectl::config {
namespace {

/// Keys that say when and how often a stage runs, not what comes of it. Values of `env` count where
/// they are known: when it runs.
constexpr std::array<std::string_view, 14> decides_nothing{
    "needs",       "when",   "changed",       "requires",  "timeout", "retry",    "weight",
    "concurrency", "always", "allow_failure", "artifacts", "cache",   "parallel", "env"};

constexpr long heaviest = 10'000;

void read_when(yaml::Reader& reader, StageSpec& spec) {
  auto& diagnostics = reader.diagnostics();
  const auto when = reader.node("when");
  const auto always = reader.node("always");
  if (when && always) {
    diagnostics.error(always->span(), "'always' and 'when' exclude each other",
                      "call always() in `when`");
    return;
  }
  if (always) {
    spec.always = yaml::read_boolean(*always, "always", diagnostics).value_or(false);
    spec.when.reset();
  }
  if (!when) return;
  const auto text = yaml::read_string(*when, "when", diagnostics);
  if (!text) return;
  if (text->find("${{") != std::string_view::npos) {
    diagnostics.error(when->span(), "'when' is an expression as a whole",
                      "write it without `${{` and `}}`");
    return;
  }
  spec.when = expr::Expression::parse(*text, when->span(), diagnostics);
  spec.always = false;
}

void read_requires(yaml::Reader& reader, StageSpec& spec) {
  static constexpr std::array<std::string_view, 2> presences{"required", "skip"};
  const auto value = reader.node("requires");
  if (!value) return;
  auto& diagnostics = reader.diagnostics();
  spec.requirements.clear();
  // Literals only: `doctor` looks for every program before anything runs.
  const auto add = [&](yaml::Node program, Presence presence) {
    const bool is_name =
        !program.text().empty() && program.text().find('/') == std::string_view::npos;
    if (check_literal(program, "requires", diagnostics) && !is_name)
      diagnostics.error(program.span(), fmt::format("'{}' is no name of a program", program.text()),
                        "programs are looked up in PATH");
    spec.requirements.push_back({std::string(program.text()), presence});
  };
  if (value->kind() == yaml::Kind::mapping) {
    for (const auto& [program, presence] : value->entries()) {
      const auto read = yaml::read_choice(presence, program.text(), presences, diagnostics);
      add(program, read == "required" ? Presence::required : Presence::skip);
    }
    return;
  }
  for (const yaml::Node program : yaml::read_strings(*value, "requires", diagnostics))
    add(program, Presence::skip);
}

void read_allow_failure(yaml::Reader& reader, StageSpec& spec) {
  constexpr yaml::Limits codes{1, 255};
  const auto value = reader.node("allow_failure");
  if (!value) return;
  auto& diagnostics = reader.diagnostics();
  spec.allow_failure = {};
  const auto add = [&](yaml::Node item) {
    if (const auto code = yaml::read_integer(item, "allow_failure", codes, diagnostics))
      spec.allow_failure.exit_codes.push_back(static_cast<int>(*code));
  };
  if (value->kind() == yaml::Kind::sequence) {
    for (const yaml::Node item : value->items()) add(item);
    if (value->size() == 0)
      diagnostics.error(value->span(), "'allow_failure' lists no exit code",
                        "write true to allow every failure");
    return;
  }
  const bool is_number = value->kind() == yaml::Kind::scalar && !value->text().empty() &&
                         value->text().find_first_not_of("-0123456789") == std::string_view::npos;
  if (is_number) return add(*value);
  spec.allow_failure.always =
      yaml::read_boolean(*value, "allow_failure", diagnostics).value_or(false);
}

void read_cache(yaml::Reader& reader, StageSpec& spec) {
  const auto value = reader.node("cache");
  if (!value) return;
  yaml::Reader inner(*value, "'cache'", reader.diagnostics());
  inner.allow(key_names(Section::cache));
  CacheSpec cache;
  if (const auto key = inner.node("key"))
    cache.key = read_template(*key, "key", reader.diagnostics()).value_or(expr::Template());
  else
    inner.required_string("key");
  cache.paths = read_templates(inner, "paths");
  check_file_patterns(cache.paths, inner.diagnostics());
  if (cache.paths.empty() && !inner.node("paths")) inner.required_string("paths");
  inner.finish();
  spec.cache = std::move(cache);
}

void read_environment_name(yaml::Reader& reader, const NameSet& known, StageSpec& spec) {
  const auto value = reader.node("environment");
  if (!value) return;
  const auto name = yaml::read_string(*value, "environment", reader.diagnostics());
  if (!name || !check_literal(*value, "environment", reader.diagnostics())) return;
  if (!known.has(*name))
    reader.diagnostics().error(value->span(), fmt::format("unknown environment '{}'", *name),
                               known.all().empty()
                                   ? "declare it under `environments` at the top of the file"
                                   : known.suggest(*name));
  spec.environment = *name;
}

void read_files(yaml::Reader& reader, StageSpec& spec) {
  if (reader.node("artifacts")) {
    spec.artifacts = read_templates(reader, "artifacts");
    check_file_patterns(spec.artifacts, reader.diagnostics());
  }
  read_cache(reader, spec);
  if (reader.node("changed")) spec.changed = read_literals(reader, "changed", check_glob);
  if (reader.node("inputs")) spec.inputs = read_literals(reader, "inputs", check_file_pattern);
  if (!spec.inputs.empty()) spec.definition = yaml::canonical(reader.self(), decides_nothing);
  const auto outputs = reader.node("outputs");
  if (outputs) spec.outputs = read_literals(reader, "outputs", check_file_pattern);
  if (outputs && spec.inputs.empty())
    reader.diagnostics().warning(outputs->span(), "'outputs' without 'inputs' has no effect",
                                 "name the files that they are made from under `inputs`");
}

void read_limits(yaml::Reader& reader, StageSpec& spec) {
  if (const auto timeout = read_timeout(reader)) spec.timeout = timeout;
  if (const auto retry = reader.node("retry"))
    spec.retry = read_retry(*retry, reader.diagnostics());
  if (const auto weight = reader.integer("weight", 1, heaviest))
    spec.weight = static_cast<unsigned>(*weight);
  const auto group = reader.node("concurrency");
  if (!group) return;
  spec.concurrency = read_template(*group, "concurrency", reader.diagnostics());
  if (spec.concurrency && trim(spec.concurrency->text()).empty())
    reader.diagnostics().error(group->span(), "'concurrency' is empty",
                               "name what only one stage at a time may have, such as 'staging'");
}

void read_commands(yaml::Reader& reader, StageSpec& spec) {
  static constexpr std::array<std::string_view, 2> shells{"sh", "bash"};
  if (const auto shell = reader.choice("shell", shells))
    spec.shell = *shell == "bash" ? Shell::bash : Shell::sh;
  read_container(reader, spec);
  if (auto directory = read_directory(reader)) spec.working_directory = std::move(*directory);
  if (const auto env = reader.node("env")) {
    auto entries = read_env(*env, reader.diagnostics());
    spec.env.insert(spec.env.end(), std::make_move_iterator(entries.begin()),
                    std::make_move_iterator(entries.end()));
  }
}

}  // namespace

std::optional<Milliseconds> read_timeout(yaml::Reader& reader) {
  const auto timeout = reader.duration("timeout");
  if (timeout && timeout->count() == 0)
    reader.diagnostics().error(reader.node("timeout")->span(), "'timeout' must be more than 0");
  return timeout;
}

std::optional<expr::Template> read_directory(yaml::Reader& reader) {
  constexpr std::string_view key = "working_directory";
  const auto value = reader.node(key);
  if (!value) return std::nullopt;
  auto parsed = read_template(*value, key, reader.diagnostics());
  if (!parsed || !parsed->is_literal()) return parsed;
  const auto path = std::filesystem::path(std::string(value->text())).lexically_normal();
  if (path.is_absolute() || (!path.empty() && *path.begin() == ".."))
    reader.diagnostics().error(value->span(),
                               fmt::format("'{}' lies outside of the workspace", value->text()),
                               "the path is relative to the workspace's root");
  return parsed;
}

std::optional<std::vector<Need>> read_needs(yaml::Reader& reader) {
  const auto value = reader.node("needs");
  if (!value) return std::nullopt;
  std::vector<Need> needs;
  NameSet taken;
  for (const yaml::Node name : yaml::read_strings(*value, "needs", reader.diagnostics())) {
    if (taken.has(name.text())) {
      reader.diagnostics().warning(name.span(), fmt::format("'{}' stands here twice", name.text()));
      continue;
    }
    needs.push_back({std::string(name.text()), name.span()});
    taken.add(name.text());
  }
  return needs;
}

void read_stage_keys(yaml::Reader& reader, const StageTargets& targets, StageSpec& spec) {
  if (const auto kind = reader.string("kind")) spec.kind = *kind;
  read_when(reader, spec);
  read_requires(reader, spec);
  read_commands(reader, spec);
  read_limits(reader, spec);
  read_allow_failure(reader, spec);
  if (reader.node("secrets")) spec.secrets = read_grants(reader, targets.secrets);
  read_services(reader, targets.secrets, spec);
  read_environment_name(reader, targets.environments, spec);
  read_files(reader, spec);
  read_reports(reader, spec);
  if (const auto matrix = reader.node("matrix"))
    spec.matrix = read_matrix(*matrix, reader.diagnostics());
}

}  // namespace pipectl::config
