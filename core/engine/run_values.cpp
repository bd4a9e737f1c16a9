#include "core/engine/run_values.hpp"

#include <algorithm>
#include <mutex>

#include "core/base/text.hpp"

namespace pipectl {
namespace {

expr::Value git_value(const GitInfo& git, std::string_view key) {
  if (key == "sha") return git.sha;
  if (key == "short_sha") return git.short_sha;
  if (key == "branch") return git.branch;
  if (key == "tag") return git.tag;
  if (key == "author") return git.author;
  if (key == "message") return git.message;
  return {};
}

template <class Map>
expr::Value entry(const Map& map, std::string_view key) {
  const auto found = map.find(std::string{key});
  if (found == map.end()) return {};
  return found->second;
}

/// Parameters of type integer and boolean compare as such.
expr::Value param_value(const RunFacts& facts, const Pipeline& pipeline, std::string_view key) {
  const auto found = facts.params.find(std::string{key});
  if (found == facts.params.end()) return {};
  for (const auto& param : pipeline.params)
    if (param.name == key && param.type == ParamType::boolean) return found->second == "true";
  return found->second;
}

}  // namespace

void OutputTable::add(plan::NodeId id, const std::string& stage, const Outputs& outputs) {
  if (outputs.empty()) return;
  const std::unique_lock lock{mutex_};
  Entries& entries = stages_[stage];
  for (const auto& [key, value] : outputs) {
    const auto [entry, fresh] = entries.try_emplace(key, Entry{id, value});
    if (!fresh && entry->second.from <= id) entry->second = {id, value};
  }
}

std::optional<std::string> OutputTable::find(std::string_view stage, std::string_view key) const {
  const std::shared_lock lock{mutex_};
  const auto outputs = stages_.find(stage);
  if (outputs == stages_.end()) return std::nullopt;
  const auto entry = outputs->second.find(key);
  if (entry == outputs->second.end()) return std::nullopt;
  return entry->second.value;
}

Outputs OutputTable::of(std::string_view stage) const {
  const std::shared_lock lock{mutex_};
  Outputs all;
  const auto outputs = stages_.find(stage);
  if (outputs == stages_.end()) return all;
  for (const auto& [key, entry] : outputs->second) all.emplace(key, entry.value);
  return all;
}

bool OutputTable::empty() const {
  const std::shared_lock lock{mutex_};
  return stages_.empty();
}

NodeScope::NodeScope(const Parts& parts)
    : facts_(parts.facts),
      outputs_(parts.outputs),
      pipeline_(parts.pipeline),
      node_(parts.node),
      environment_(parts.pipeline.environment(parts.node.stage->environment.empty()
                                                  ? parts.facts.environment
                                                  : parts.node.stage->environment)),
      upstream_failed_(parts.upstream_failed),
      needs_ended_well_(parts.needs_ended_well),
      env_(parts.facts.variables.begin(), parts.facts.variables.end()) {}

Result<NodeScope> NodeScope::compose(const Parts& parts) {
  NodeScope scope{parts};
  TRY(scope.add(parts.pipeline.env));
  if (scope.environment_ != nullptr) TRY(scope.add(scope.environment_->env));
  TRY(scope.add(parts.node.stage->env));
  return scope;
}

Result<void> NodeScope::add(const std::vector<EnvEntry>& entries) {
  for (const auto& entry : entries) {
    if (facts_.variables.contains(entry.name)) continue;
    env_[entry.name] =
        entry.value.is_literal() ? entry.value.text() : TRY(entry.value.evaluate(*this));
  }
  return {};
}

expr::Value NodeScope::value(expr::Path path) const {
  if (path.empty()) return {};
  const std::string& root = path[0];
  if (path.size() == 1) {
    if (root == "branch") return facts_.git.branch;
    if (root == "tag") return facts_.git.tag;
    if (root == "event") return std::string{to_string(facts_.event.kind)};
    if (root == "environment" && environment_ != nullptr) return environment_->name;
    return {};
  }
  if (root == "env") {
    const auto own = env_.find(path[1]);
    return own != env_.end() ? expr::Value{own->second} : entry(facts_.host, path[1]);
  }
  if (root == "params") return param_value(facts_, pipeline_, path[1]);
  if (root == "git") return git_value(facts_.git, path[1]);
  if (root == "run") return path[1] == "id" ? facts_.id : std::to_string(facts_.number);
  if (root == "environment") return environment_value(path);
  if (root == "matrix") {
    for (const auto& [axis, value] : node_.matrix)
      if (axis == path[1]) return value;
    return {};
  }
  if (root == "stages" && path.size() == 4) {
    const auto found = outputs_.find(path[1], path[3]);
    return found ? expr::Value{*found} : expr::Value{};
  }
  return {};
}

expr::Value NodeScope::environment_value(expr::Path path) const {
  if (environment_ == nullptr) return {};
  if (path[1] == "name") return environment_->name;
  const auto found = environment_->values.find(path[1]);
  if (found == environment_->values.end()) return {};
  const auto text = found->second.evaluate(*this);
  return text ? expr::Value{*text} : expr::Value{};
}

bool NodeScope::changed(std::span<const std::string> patterns) const {
  if (!facts_.changed_files) return true;
  const auto files = facts_.changed_files();
  if (!files) return true;
  return std::any_of(files->begin(), files->end(), [&](const std::string& file) {
    return std::any_of(patterns.begin(), patterns.end(),
                       [&](const std::string& pattern) { return glob_match(pattern, file); });
  });
}

Result<std::string> evaluate_for_file(const expr::Template& text, const RunFacts& facts,
                                      const Pipeline& pipeline) {
  if (text.is_literal()) return text.text();
  const OutputTable none;
  const StageSpec stage;
  plan::Node node;
  node.stage = &stage;
  return text.evaluate(TRY(NodeScope::compose({facts, none, pipeline, node})));
}

}  // namespace pipectl
