#include "core/engine/approval_gate.hpp"

#include <fmt/format.h>

#include "core/base/text.hpp"

namespace pipectl {
namespace {

/// Null: its kind asks nothing.
const ApprovalRequest* request_of(const StageRunner& runner) {
  const auto* asker = dynamic_cast<const ApprovalAsker*>(&runner);
  return asker == nullptr ? nullptr : &asker->approval();
}

bool environment_asks(const StageSpec& stage, const NodeScope& scope) {
  const auto* environment = scope.environment();
  if (environment == nullptr || !environment->approval) return false;
  return !stage.environment.empty() || stage.kind == "deploy" || stage.kind == "provision";
}

std::string_view environment_of(const StageSpec& stage, const RunFacts& facts) {
  return stage.environment.empty() ? facts.environment : stage.environment;
}

Outcome ended(Status status, std::string reason, std::string hint) {
  Outcome outcome;
  outcome.status = status;
  outcome.reason = std::move(reason);
  outcome.hint = std::move(hint);
  return outcome;
}

Result<std::string> question_of(const ApprovalGate::Question& question) {
  const auto* request = request_of(question.runner);
  if (request != nullptr && request->message) return request->message->evaluate(question.scope);
  if (request == nullptr && question.scope.environment() != nullptr)
    return question.scope.environment()->name + " wants an approval";
  return std::string{"wants an approval"};
}

}  // namespace

bool asks_for_approval(const StageSpec& stage, const StageRunner& runner, const NodeScope& scope) {
  return request_of(runner) != nullptr || environment_asks(stage, scope);
}

const StageNotes& ApprovalGate::notes(plan::NodeId node) const {
  static const StageNotes none;
  return node < notes_.size() ? notes_[node] : none;
}

std::optional<ApprovalGate::Stop> ApprovalGate::stops(const Question& question) const {
  const StageSpec& stage = *question.node.stage;
  if (!asks_for_approval(stage, question.runner, question.scope)) return std::nullopt;
  if (const auto answer = recall_answer(notes(question.node.id))) {
    if (answer->decision == ApprovalAnswer::Decision::approved) return std::nullopt;
    return Stop{ended(Status::failed, describe(*answer), "start a new run to ask again"), {}};
  }
  if (request_of(question.runner) == nullptr && approved_above(question)) return std::nullopt;
  return wait(question);
}

ApprovalGate::Stop ApprovalGate::wait(const Question& question) const {
  const auto* request = request_of(question.runner);
  ApprovalWait wait{question.now, std::nullopt};
  if (const auto earlier = recall_wait(notes(question.node.id)))
    wait = *earlier;
  else if (request != nullptr && request->expires)
    wait.until = question.now + *request->expires;
  if (is_over(wait, question.now))
    return {ended(Status::failed,
                  fmt::format("nobody approved it in {}",
                              human_duration(std::chrono::duration_cast<Milliseconds>(*wait.until -
                                                                                      wait.asked))),
                  "start a new run to ask again"),
            {}};
  auto text = question_of(question);
  if (!text) return {ended(Status::failed, text.error().message, text.error().hint), {}};
  return {ended(Status::waiting, std::move(*text),
                fmt::format("pipectl approve {} {}", question.scope.facts().id,
                            shell_quoted(question.node.name))),
          wait};
}

/// Needs are few and such stages fewer: looked for when it is asked.
bool ApprovalGate::approved_above(const Question& question) const {
  const RunFacts& facts = question.scope.facts();
  const auto wanted = environment_of(*question.node.stage, facts);
  std::vector<bool> seen(plan_.nodes.size());
  std::vector<plan::NodeId> left{question.node.needs.begin(), question.node.needs.end()};
  while (!left.empty()) {
    const auto id = left.back();
    left.pop_back();
    if (seen[id]) continue;
    seen[id] = true;
    const plan::Node& node = plan_.nodes[id];
    const auto answer = recall_answer(notes(id));
    if (answer && answer->decision == ApprovalAnswer::Decision::approved &&
        environment_of(*node.stage, facts) == wanted)
      return true;
    left.insert(left.end(), node.needs.begin(), node.needs.end());
  }
  return false;
}

std::string ApprovalGate::approved_by(plan::NodeId node) const {
  const auto answer = recall_answer(notes(node));
  return answer ? describe(*answer) : std::string{};
}

}  // namespace pipectl
