#include "cli/session/approvals.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <vector>

#include "cli/planning/forecast.hpp"
#include "core/base/text.hpp"

namespace pipectl::cli {
namespace {

std::string variable(const EnvMap& environment, const char* name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string{} : found->second;
}

bool in_ci(const EnvMap& environment) {
  const std::string ci = variable(environment, "CI");
  return !ci.empty() && ci != "false" && ci != "0";
}

std::string login_name() {
  constexpr std::size_t room = 16U << 10U;
  std::vector<char> text(room);
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(::getuid(), &entry, text.data(), text.size(), &found) == 0 && found != nullptr)
    return found->pw_name;
  return fmt::format("uid {}", ::getuid());
}

bool may_ask(const Pipeline& pipeline) {
  const bool kind = std::ranges::any_of(
      pipeline.stages, [](const StageSpec& stage) { return stage.kind == "approve"; });
  return kind || std::ranges::any_of(pipeline.environments, &EnvironmentSpec::approval);
}

std::string question_of(const store::StageRecord& stage) {
  return fmt::format("{}: {}\napprove? [y]es, [n]o, Enter for later: ", printable(stage.name),
                     printable(stage.outcome->reason));
}

enum class Reply { yes, no, later };

/// What is typed, up to its end of line; nothing after Ctrl-C or at the end of the input.
std::string typed_line(const CancelToken& cancel) {
  std::array<pollfd, 2> sources{
      {{STDIN_FILENO, POLLIN, 0}, {cancel.fd(CancelReason::none), POLLIN, 0}}};
  while (::poll(sources.data(), sources.size(), -1) < 0 && errno == EINTR) {
  }
  constexpr std::size_t room = 256;
  std::array<char, room> text{};
  if (cancel.cancelled()) return {};
  const ssize_t size = ::read(STDIN_FILENO, text.data(), text.size());  // a terminal gives one line
  return size > 0 ? std::string(text.data(), static_cast<std::size_t>(size)) : std::string{};
}

Reply reply_to(const std::string& question, const CancelToken& cancel) {
  fmt::print(stderr, "{}", question);
  (void)std::fflush(stderr);
  const std::string line = typed_line(cancel);
  const auto word = trim(line);
  if (word == "y" || word == "Y" || word == "yes") return Reply::yes;
  return word == "n" || word == "N" || word == "no" ? Reply::no : Reply::later;
}

}  // namespace

std::string current_person(const EnvMap& environment) {
  constexpr std::array names{"GITHUB_ACTOR", "GITLAB_USER_LOGIN", "BUILD_USER_ID"};
  for (const char* const name : names)
    if (auto person = variable(environment, name); !person.empty()) return person;
  const std::string before = ::getuid() == 0 ? variable(environment, "SUDO_USER") : std::string{};
  return before.empty() ? login_name() : before;
}

std::vector<const store::StageRecord*> waiting_stages(const store::RunRecord& run) {
  std::vector<const store::StageRecord*> waiting;
  for (const auto& stage : run.stages)
    if (stage.outcome && stage.outcome->status == Status::waiting) waiting.push_back(&stage);
  return waiting;
}

Result<void> answer_stages(store::RunStore& store, const store::RunRecord& run,
                           const std::vector<const store::StageRecord*>& stages,
                           const ApprovalAnswer& answer) {
  std::vector<store::transition::StageNote> notes;
  for (const auto* const stage : stages) {
    const auto wait = recall_wait(stage->notes);
    if (wait && is_over(*wait, answer.at))
      return fail(Fault::usage,
                  fmt::format("{} of run {} could be answered until {}", printable(stage->name),
                              run.id, iso8601(*wait->until)),
                  "start a new run to ask again");
    for (const auto& [key, value] : to_notes(answer)) notes.push_back({stage->name, key, value});
  }
  return store.annotate(run.id, notes);
}

Result<void> check_approvals_can_wait(const PipelineFile& file, const RunInput& input,
                                      const Invocation& invocation) {
  const bool kept = !variable(invocation.env, "PIPECTL_STATE_DIR").empty();
  const bool ci = in_ci(invocation.env) || !input.event.ci.empty();
  if (kept || !ci || !may_ask(file.loaded.pipeline)) return {};
  for (const Forecast& one : forecast(file, input, invocation)) {
    if (!one.asks) continue;
    return fail(Fault::usage,
                fmt::format("{} waits for an approval, and this CI job's state goes with it",
                            one.node->name),
                "put the state into a folder that outlives the job with PIPECTL_STATE_DIR");
  }
  return {};
}

bool can_ask(const RunOptions& options, const Invocation& invocation) {
  return options.ui != ui::UiMode::json && !in_ci(invocation.env) && ::isatty(STDIN_FILENO) != 0 &&
         ::isatty(STDERR_FILENO) != 0;
}

Result<bool> ask_person(store::RunStore& store, const std::string& run_id,
                        const Invocation& invocation, const CancelToken& cancel) {
  const auto run = TRY(store.load(run_id));
  bool answered = false;
  for (const auto* const stage : waiting_stages(run)) {
    const Reply reply = reply_to('\n' + question_of(*stage), cancel);
    if (cancel.cancelled()) break;
    if (reply == Reply::later) continue;
    const auto decision = reply == Reply::yes ? ApprovalAnswer::Decision::approved
                                              : ApprovalAnswer::Decision::rejected;
    TRY(answer_stages(store, run, {stage},
                      {decision, current_person(invocation.env), SystemClock{}.wall(), {}}));
    answered = true;
  }
  return answered;
}

}  // namespace pipectl::cli
