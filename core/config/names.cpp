#include "core/config/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/base/text.hpp"
#include "core/model/event_kinds.hpp"

namespace pipectl::config {
namespace {

using expr::Names;
using expr::Origin;

Names::Known known(Origin origin, std::string variable) {
  return {true, origin, std::move(variable), {}, std::nullopt};
}

Names::Known outside(std::string variable) { return known(Origin::outside, std::move(variable)); }

/// `part` of the path names nothing; `candidates` would have been right there.
Names::Known unknown(std::size_t part, std::vector<std::string> candidates) {
  return {false, Origin::outside, {}, std::move(candidates), part};
}

/// The path as a whole cannot be read here.
Names::Known refused(std::string hint) {
  return {false, Origin::outside, {}, {}, std::nullopt, std::move(hint)};
}

std::vector<std::string> copies(const std::vector<std::string_view>& names) {
  return {names.begin(), names.end()};
}

const std::vector<std::string> roots{"env", "params", "matrix", "git",    "branch",
                                     "tag", "event",  "run",    "stages", "environment"};

Names::Known one_of(Names::Known known, std::vector<std::string> values) {
  known.candidates = std::move(values);
  return known;
}

std::vector<std::string> event_names() {
  std::vector<std::string> names;
  names.reserve(std::size(all_event_kinds));
  for (const auto kind : all_event_kinds) names.emplace_back(to_string(kind));
  return names;
}

Names::Known secret(std::string_view name) {
  return refused(
      fmt::format("a secret is never put into a text; a stage that lists it under `secrets` has "
                  "it as \"${}\"",
                  printable(name)));
}

Names::Known git(expr::Path path) {
  static constexpr std::array<std::string_view, 6> keys{"sha", "short_sha", "branch",
                                                        "tag", "author",    "message"};
  if (path.size() == 2 && std::ranges::find(keys, path[1]) != keys.end())
    return outside("PIPECTL_GIT_" + env_name(path[1]));
  return unknown(1, {keys.begin(), keys.end()});
}

Names::Known run(expr::Path path) {
  if (path.size() == 2 && path[1] == "id") return outside("PIPECTL_RUN_ID");
  if (path.size() == 2 && path[1] == "number") return outside("PIPECTL_RUN_NUMBER");
  return unknown(1, {"id", "number"});
}

const Origin* find_origin(const Origins& origins, std::string_view name) {
  const auto found = origins.find(name);
  return found == origins.end() ? nullptr : &found->second;
}

/// Of a value that is one or the other.
Origin joined(Origin a, Origin b) {
  return a == Origin::outside || b == Origin::outside ? Origin::outside : Origin::file;
}

void append_names(const Origins& origins, std::vector<std::string>& out) {
  for (const auto& [name, origin] : origins) out.push_back(name);
}

}  // namespace

void NameTable::add_environment(std::string_view name, Environment environment) {
  for (const auto& [variable, origin] : environment.env) {
    const auto* const below = find_origin(env, variable);
    const auto [entry, fresh] =
        any_environment.emplace(variable, below == nullptr ? origin : joined(origin, *below));
    if (!fresh) entry->second = joined(entry->second, origin);
  }
  environments.emplace(name, std::move(environment));
}

StageNames::StageNames(const NameTable& table, std::uint32_t stage)
    : table_(table), stage_(&table.pipeline.stages[stage]), index_(stage) {
  const auto own = table.environments.find(stage_->environment);
  environment_env_ = own == table.environments.end() ? &table.any_environment : &own->second.env;
}

void StageNames::add_env(std::string_view name, Origin origin) { env_.emplace_back(name, origin); }

Names::Known StageNames::look_up(expr::Path path) const {
  if (path.empty()) return unknown(0, roots);
  const std::string& root = path[0];
  if (path.size() == 1) {
    if (root == "branch" || root == "tag") return outside("PIPECTL_GIT_" + env_name(root));
    if (root == "event") return one_of(outside("PIPECTL_EVENT"), event_names());
  }
  if (root == "git") return git(path);
  if (root == "run") return run(path);
  if (root == "environment") return environment(path);
  if (root == "stages") return output(path);
  if (root == "env") return path.size() == 2 ? env(path[1]) : unknown(1, env_candidates());
  if (root == "matrix") return matrix(path.size() == 2 ? std::string_view(path[1]) : "");
  if (root == "params") return param(path.size() == 2 ? std::string_view(path[1]) : "");
  if (root == "secrets") return secret(path.size() == 2 ? path[1] : "NAME");
  return unknown(0, roots);
}

Names::Known StageNames::param(std::string_view name) const {
  if (table_.params.has(name))
    return one_of(outside("PIPECTL_PARAM_" + env_name(name)), choices(name));
  if (table_.params.all().empty()) return refused("declare it under `params`");
  return unknown(1, copies(table_.params.all()));
}

/// What a parameter can be, where its choices say so.
std::vector<std::string> StageNames::choices(std::string_view name) const {
  const auto param = std::ranges::find(table_.pipeline.params, name, &Param::name);
  if (param == table_.pipeline.params.end() || param->choices.empty()) return {};
  auto values = param->choices;
  if (param->optional) values.emplace_back();
  return values;
}

Names::Known StageNames::env(std::string_view name) const {
  if (table_.variables.contains(name)) return outside(std::string(name));
  const auto own = std::find_if(env_.rbegin(), env_.rend(),
                                [&](const auto& entry) { return entry.first == name; });
  if (own != env_.rend()) return known(own->second, std::string(name));
  const auto* origin = environment_env_ == nullptr ? nullptr : find_origin(*environment_env_, name);
  if (origin == nullptr) origin = find_origin(table_.env, name);
  if (origin != nullptr) return known(*origin, std::string(name));
  if (table_.pipeline.secret(name) != nullptr) return secret(name);
  auto candidates = env_candidates();
  const std::vector<std::string_view> names(candidates.begin(), candidates.end());
  if (nearest(name, names)) return unknown(1, std::move(candidates));
  return refused(
      fmt::format("only what the file sets further up can be read; a command has the host's "
                  "variables as \"${}\"",
                  printable(name)));
}

std::vector<std::string> StageNames::env_candidates() const {
  std::vector<std::string> names;
  if (!table_.budget.take(env_.size() + table_.env.size())) return names;
  for (const auto& [name, origin] : env_) names.emplace_back(name);
  if (environment_env_ != nullptr) append_names(*environment_env_, names);
  append_names(table_.env, names);
  return names;
}

Names::Known StageNames::matrix(std::string_view axis) const {
  if (stage_ == nullptr) return refused("`matrix` can be read only in a stage that has one");
  if (!stage_->matrix) return refused(fmt::format("stage '{}' has no `matrix`", stage_->name));
  std::vector<std::string> names;
  for (const auto& one : stage_->matrix->axes) names.push_back(one.name);
  for (const auto& row : stage_->matrix->include)
    for (const auto& [name, value] : row)
      if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  if (std::ranges::find(names, axis) == names.end()) return unknown(1, std::move(names));
  return known(Origin::file, "PIPECTL_MATRIX_" + env_name(axis));
}

/// A stage that names no environment reads that of the command line, which may be any.
Names::Known StageNames::environment(expr::Path path) const {
  const bool has_one = stage_ != nullptr && !stage_->environment.empty();
  if (path.size() == 1 || (path.size() == 2 && path[1] == "name"))
    return one_of(known(has_one ? Origin::file : Origin::outside, "PIPECTL_ENVIRONMENT"),
                  environment_names());
  if (stage_ == nullptr) return refused("`environment.NAME` can be read only in a stage");
  if (table_.environments.empty()) return refused("declare one under `environments`");
  Known found = unknown(1, {"name"});
  if (path.size() != 2) return found;
  for (const auto& [name, environment] : table_.environments) {
    if (has_one && name != stage_->environment) continue;
    append_names(environment.values, found.candidates);
    const auto* origin = find_origin(environment.values, path[1]);
    if (origin == nullptr) continue;
    found.origin = !found.exists ? *origin : joined(found.origin, *origin);
    found.exists = true;
  }
  if (found.exists) found.candidates.clear();
  return found;
}

/// Of any stage: one condition may be that of several, taken over from a group or a template.
std::vector<std::string> StageNames::environment_names() const {
  std::vector<std::string> names{""};
  for (const auto& [name, environment] : table_.environments) names.push_back(name);
  return names;
}

Names::Known StageNames::output(expr::Path path) const {
  const auto stage = path.size() < 2 ? table_.stages.end() : table_.stages.find(path[1]);
  if (stage == table_.stages.end()) {
    if (path.size() > 1 && table_.pipeline.group(path[1]) != nullptr)
      return refused(fmt::format("'{}' is a group; name one of its members", path[1]));
    std::vector<std::string> names;
    if (table_.budget.take(table_.pipeline.stages.size()))
      for (const auto& one : table_.pipeline.stages) names.push_back(one.name);
    return unknown(1, std::move(names));
  }
  if (path.size() != 4 || path[2] != "outputs")
    return refused(fmt::format("write `stages.{}.outputs.KEY`", path[1]));
  if (stage_ == nullptr)
    return refused("outputs can be read only in a stage that needs the one that makes them");
  if (stage->second == index_) return refused("a stage cannot read its own outputs");
  if (!table_.order.needs(index_, stage->second))
    return refused(fmt::format("'{}' has to come first: add it to the `needs` of '{}'", path[1],
                               stage_->name));
  return outside(fmt::format("PIPECTL_OUT_{}_{}", env_name(path[1]), env_name(path[3])));
}

}  // namespace pipectl::config
