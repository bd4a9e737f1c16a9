#include "core/engine/decision.hpp"

#include <fmt/format.h>

#include <optional>

#include "core/base/text.hpp"
#include "core/exec/program.hpp"
#include "core/plan/event_filter.hpp"

namespace pipectl {
namespace {

Outcome skipped(SkipCause cause, std::string reason) {
  Outcome outcome;
  outcome.status = Status::skipped;
  outcome.skip = cause;
  outcome.reason = std::move(reason);
  return outcome;
}

Outcome failed(const Error& error) {
  Outcome outcome;
  outcome.status = error.fault == Fault::bug ? Status::bug : Status::failed;
  outcome.reason = error.message;
  outcome.hint = error.hint;
  return outcome;
}

/// A variable may hold a secret that nobody declared (as in an `env_file`): nothing would hide it.
bool is_private(expr::Path path) {
  return path[0] == "env" || (path[0] == "environment" && path.size() > 1 && path[1] != "name");
}

std::string shown(expr::Path path, const expr::Value& value) {
  constexpr std::size_t most = 60;
  const auto text = expr::to_text(value);
  if (text.empty()) return "empty";
  if (is_private(path)) return "set";
  const auto short_text = cut(printable(text), most);
  return std::holds_alternative<std::string>(value) ? fmt::format("'{}'", short_text) : short_text;
}

/// `: branch is 'main', event is 'push'`: what a condition saw.
std::string seen(const expr::Expression& condition, const NodeScope& scope) {
  std::string text;
  for (const auto& path : condition.paths())
    text += fmt::format("{} {} is {}", text.empty() ? ":" : ",", join(path, "."),
                        shown(path, scope.value(path)));
  return text;
}

std::optional<Outcome> check_condition(const StageSpec& stage, const NodeScope& scope) {
  if (!stage.when) return std::nullopt;
  const auto value = stage.when->evaluate(scope);
  if (!value) return failed(value.error());
  if (expr::truthy(*value)) return std::nullopt;
  return skipped(SkipCause::condition,
                 fmt::format("`{}` is false{}", stage.when->text(), seen(*stage.when, scope)));
}

std::optional<Outcome> check_changed(const StageSpec& stage, const NodeScope& scope) {
  if (stage.changed.empty() || scope.changed(stage.changed)) return std::nullopt;
  return skipped(SkipCause::condition,
                 fmt::format("no changed file matches {}", join(stage.changed, ", ")));
}

/// Of the PATH that the stage's commands will be looked up in.
EnvMap search_path(const NodeScope& scope) {
  const auto own = scope.env().find("PATH");
  if (own != scope.env().end()) return {{"PATH", own->second}};
  const auto host = scope.facts().host.find("PATH");
  if (host != scope.facts().host.end()) return {{"PATH", host->second}};
  return {};
}

std::optional<Outcome> check_requirements(const StageSpec& stage, const NodeScope& scope) {
  if (stage.requirements.empty()) return std::nullopt;
  const EnvMap path = search_path(scope);
  for (const auto& requirement : stage.requirements) {
    if (find_program(requirement.program, path, scope.facts().workspace)) continue;
    const std::string reason =
        fmt::format("requires {}, which is not in PATH", requirement.program);
    if (requirement.presence == Presence::skip) return skipped(SkipCause::requirement, reason);
    return failed(
        Error{Fault::step, reason,
              fmt::format("install {} or put its folder into PATH", requirement.program)});
  }
  return std::nullopt;
}

std::optional<Outcome> check_environment(const NodeScope& scope) {
  const auto* environment = scope.environment();
  if (environment == nullptr || environment->branches.empty()) return std::nullopt;
  const std::string& branch = scope.facts().git.branch;
  if (plan::ref_matches(environment->branches, branch)) return std::nullopt;
  return failed(Error{Fault::step,
                      fmt::format("environment {} takes branch {}; this is {}", environment->name,
                                  join(environment->branches, ", "),
                                  branch.empty() ? "no branch" : "'" + branch + "'"),
                      "run it from such a branch, or give the stage a `when` condition"});
}

/// A group that cannot be told apart is none: the stage must not run beside those it should wait
/// for.
std::optional<Outcome> check_concurrency(const StageSpec& stage, const NodeScope& scope) {
  if (!stage.concurrency) return std::nullopt;
  const auto group = stage.concurrency->evaluate(scope);
  if (!group) return failed(group.error());
  return std::nullopt;
}

}  // namespace

bool runs_after_failure(const StageSpec& stage) {
  return stage.always ||
         (stage.when && (stage.when->calls("always") || stage.when->calls("failure")));
}

Decision decide(const NodeScope::Parts& parts, const Scheduler::Verdict& verdict, Guards guards) {
  if (verdict.skip != SkipCause::none) return skipped(verdict.skip, verdict.reason);
  const StageSpec& stage = *parts.node.stage;
  auto composed = NodeScope::compose(parts);
  if (!composed) return failed(composed.error());
  auto scope = std::make_shared<const NodeScope>(std::move(*composed));
  if (auto outcome = check_condition(stage, *scope)) return *outcome;
  if (guards == Guards::kept)
    if (auto outcome = check_changed(stage, *scope)) return *outcome;
  if (auto outcome = check_requirements(stage, *scope)) return *outcome;
  if (guards == Guards::kept)
    if (auto outcome = check_environment(*scope)) return *outcome;
  if (auto outcome = check_concurrency(stage, *scope)) return *outcome;
  return Start{std::move(scope)};
}

}  // namespace pipectl
