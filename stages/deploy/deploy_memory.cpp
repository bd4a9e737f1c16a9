#include "stages/deploy/deploy_memory.hpp"

#include <fmt/format.h>

#include <charconv>
#include <string_view>

namespace pipectl::stages {
namespace {

constexpr const char* phase_key = "deploy.phase";
constexpr const char* step_key = "deploy.step";
constexpr const char* failure_key = "deploy.failure";

constexpr const char* request_key = "deploy.request";
constexpr const char* to_key = "deploy.to";
constexpr const char* done_key = "deploy.went_back";
constexpr const char* go_back_word = "rollback";

constexpr std::string_view undoing = "undoing";
constexpr std::string_view ended = "ended";

std::string_view phase_of(DeployStep::Deed deed) {
  switch (deed) {
    case DeployStep::Deed::apply:
      return "applying";
    case DeployStep::Deed::settle:
      return "settling";
    case DeployStep::Deed::shift:
      return "shifting";
    case DeployStep::Deed::pause:
      return "pausing";
    case DeployStep::Deed::analyse:
      return "analysing";
    case DeployStep::Deed::check:
      return "checking";
    case DeployStep::Deed::record:
      return "recording";
    case DeployStep::Deed::retire:
      return "retiring";
  }
  return "working";
}

std::string recalled(const std::map<std::string, std::string>& remembered, const char* key) {
  const auto found = remembered.find(key);
  return found == remembered.end() ? std::string{} : found->second;
}

/// The step of this number when it has this phase, else the first that has: the file may have
/// changed since. Nothing when there is none.
std::optional<std::size_t> find_step(const std::vector<DeployStep>& steps, std::string_view phase,
                                     const std::string& number) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), index);
  if (error == std::errc{} && index < steps.size() && phase_of(steps[index].deed) == phase)
    return index;
  for (std::size_t i = 0; i < steps.size(); ++i)
    if (phase_of(steps[i].deed) == phase) return i;
  return std::nullopt;
}

}  // namespace

DeployMemory recall_deploy(const StageContext& context, const std::vector<DeployStep>& steps) {
  DeployMemory memory;
  const std::string phase = recalled(context.remembered, phase_key);
  const std::string number = recalled(context.remembered, step_key);
  if (phase.empty() || phase == ended) return memory;
  if (phase == undoing) {
    memory.state = DeployMemory::State::undoing;
    memory.failure = recalled(context.remembered, failure_key);
    std::from_chars(number.data(), number.data() + number.size(), memory.step);
    if (number.empty() || memory.step >= steps.size()) memory.step = steps.size() - 1;
    return memory;
  }
  if (const auto found = find_step(steps, phase, number)) {
    memory.state = DeployMemory::State::working;
    memory.step = *found;
  }
  return memory;
}

Result<void> remember_step(StageContext& context, const DeployStep& step, std::size_t number) {
  // The phase is written last: it decides whether the number is looked at.
  TRY(context.emit.remember(step_key, fmt::format("{}", number)));
  return context.emit.remember(phase_key, std::string{phase_of(step.deed)});
}

Result<void> remember_undoing(StageContext& context, const std::string& failure) {
  TRY(context.emit.remember(failure_key, failure));
  return context.emit.remember(phase_key, std::string{undoing});
}

Result<void> remember_end(StageContext& context) {
  return context.emit.remember(phase_key, std::string{ended});
}

std::map<std::string, std::string> to_notes(const GoBack& request) {
  return {{request_key, go_back_word}, {to_key, request.run}};
}

std::optional<GoBack> recall_request(const std::map<std::string, std::string>& remembered) {
  if (recalled(remembered, request_key) != go_back_word) return std::nullopt;
  return GoBack{recalled(remembered, to_key)};
}

Result<void> remember_way_back(StageContext& context, const std::string& done) {
  return context.emit.remember(done_key, done);
}

std::optional<std::string> recall_way_back(const StageContext& context) {
  const auto found = context.remembered.find(done_key);
  return found == context.remembered.end() ? std::nullopt : std::optional{found->second};
}

}  // namespace pipectl::stages
