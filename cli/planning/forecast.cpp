#include "cli/planning/forecast.hpp"

#include <fmt/format.h>

#include <utility>

#include "cli/planning/difference.hpp"
#include "cli/planning/open_question.hpp"
#include "cli/session/workspace_setup.hpp"
#include "core/api/rehearsal.hpp"
#include "core/engine/approval_gate.hpp"
#include "core/engine/decision.hpp"
#include "core/engine/run_values.hpp"
#include "core/engine/scheduler.hpp"
#include "stages/template_key.hpp"

namespace pipectl::cli {
namespace {

RunFacts facts_of(const PipelineFile& file, const RunInput& input, const Invocation& invocation) {
  RunFacts facts;
  facts.event = input.event;
  facts.git = input.git;
  facts.params = input.params;
  facts.variables = input.variables;
  facts.environment = input.environment;
  facts.host = host_without_secrets(file.loaded.pipeline, invocation.env);
  facts.workspace = file.root;
  if (!file.in_repository) return facts;
  facts.changed_files = changed_files_once(file.root, input.event);
  return facts;
}

/// Plays the run with the engine's own rules: a stage that would start ends well at once.
class Forecaster {
 public:
  Forecaster(const PipelineFile& file, const RunInput& input, const Invocation& invocation,
             Detail detail)
      : file_(file),
        input_(input),
        detail_(detail),
        facts_(facts_of(file, input, invocation)),
        scheduler_(input.plan, {1, OnFailure::keep_going}, {}, {}) {}

  std::vector<Forecast> all() {
    for (const auto& node : input_.plan.nodes) {
      auto& forecast = result_.emplace_back();
      forecast.node = &node;
      if (node.skip != SkipCause::none) skip(forecast, {node.skip, node.skip_reason});
    }
    while (const auto id = scheduler_.next()) {
      result_[*id] = one(input_.plan.nodes[*id]);
      scheduler_.ended(*id, outcome_of(result_[*id]));
    }
    return std::move(result_);
  }

 private:
  static Outcome outcome_of(const Forecast& forecast) {
    Outcome outcome;
    outcome.reason = forecast.reason;
    outcome.skip = forecast.skip;
    if (forecast.fate == Fate::fails) outcome.status = Status::failed;
    if (forecast.fate == Fate::skipped) outcome.status = Status::skipped;
    return outcome;
  }

  static void skip(Forecast& forecast, const Scheduler::Verdict& verdict) {
    forecast.fate = Fate::skipped;
    forecast.skip = verdict.skip;
    forecast.reason = verdict.reason;
  }

  void rehearse(const Rehearsable& runner, const plan::Node& node, const NodeScope& scope,
                Forecast& forecast) const {
    EnvMap env = facts_.host;
    for (const auto& [name, value] : scope.env()) env[name] = value;
    auto directory = node.stage->working_directory.evaluate(scope);
    auto lines = directory ? runner.rehearse({facts_.workspace, facts_.workspace / *directory, env,
                                              facts_.host, scope, SystemClock{}.wall()})
                           : tl::unexpected(directory.error());
    if (lines) {
      forecast.commands = *std::move(lines);
      return;
    }
    forecast.fate = Fate::fails;
    forecast.reason = lines.error().message;
    forecast.hint = lines.error().hint;
  }

  void compare(const StageRunner& runner, const plan::Node& node, const NodeScope& scope,
               Forecast& forecast) const {
    const auto* const able = dynamic_cast<const Comparable*>(&runner);
    if (able == nullptr) return;
    auto changes = difference(*able, {facts_, node, scope});
    if (changes)
      forecast.changes = *std::move(changes);
    else
      forecast.unknown = changes.error();
  }

  // What it would run, in what, beside what.
  void describe(const plan::Node& node, const NodeScope& scope, Forecast& forecast) const {
    const StageSpec& stage = *node.stage;
    const StageRunner& runner = *file_.loaded.runners.at(stage.name);
    forecast.asks = asks_for_approval(stage, runner, scope);
    if (const auto* able = dynamic_cast<const Rehearsable*>(&runner);
        able != nullptr && detail_ == Detail::rehearsal)
      return rehearse(*able, node, scope, forecast);
    forecast.commands = runner.preview(scope);
    if (detail_ == Detail::difference) compare(runner, node, scope, forecast);
    if (executor_of(stage) == ExecutorKind::docker)
      forecast.image = stages::shown(stage.container.image, scope);
    for (const auto& service : stage.services)
      forecast.services.push_back(fmt::format(
          "{} ({})", service.name,
          service.compose.empty() ? stages::shown(service.image, scope) : service.compose));
  }

  Forecast one(const plan::Node& node) const {
    Forecast forecast;
    forecast.node = &node;
    const auto verdict = scheduler_.verdict(node.id);
    if (verdict.skip != SkipCause::none) {
      skip(forecast, verdict);
      return forecast;
    }
    const NodeScope::Parts parts{facts_, outputs_, file_.loaded.pipeline, node,
                                 scheduler_.upstream_failed(node.id)};
    if (leave_open(parts, forecast)) return forecast;
    const Decision decision = decide(parts, verdict);
    if (const auto* start = std::get_if<Start>(&decision)) {
      describe(node, *start->scope, forecast);
      return forecast;
    }
    const auto& outcome = std::get<Outcome>(decision);
    forecast.fate = outcome.status == Status::skipped ? Fate::skipped : Fate::fails;
    forecast.skip = outcome.skip;
    forecast.reason = outcome.reason;
    forecast.hint = outcome.hint;
    return forecast;
  }

  /// Whatever the condition says now.
  bool leave_open(const NodeScope::Parts& parts, Forecast& forecast) const {
    const StageSpec& stage = *parts.node.stage;
    if (!stage.when) return false;
    const auto scope = NodeScope::compose(parts);
    if (!scope || !OpenQuestion{*scope, stage}.asked_by(*stage.when)) return false;
    forecast.fate = Fate::open;
    forecast.reason = fmt::format("`{}` is known when it runs", stage.when->text());
    describe(parts.node, *scope, forecast);
    return true;
  }

  const PipelineFile& file_;
  const RunInput& input_;
  const Detail detail_;
  const RunFacts facts_;
  const OutputTable outputs_;
  Scheduler scheduler_;
  std::vector<Forecast> result_;
};

}  // namespace

std::string_view to_string(Fate fate) noexcept {
  switch (fate) {
    case Fate::runs:
      return "runs";
    case Fate::skipped:
      return "skipped";
    case Fate::fails:
      return "fails";
    case Fate::open:
      break;
  }
  return "open";
}

std::vector<Forecast> forecast(const PipelineFile& file, const RunInput& input,
                               const Invocation& invocation, Detail detail) {
  return Forecaster{file, input, invocation, detail}.all();
}

}  // namespace pipectl::cli
