#include "cli/session/run_notifications.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

#include "cli/session/gone_tellings.hpp"
#include "cli/session/secret_audit.hpp"
#include "core/base/http_curl.hpp"
#include "core/exec/local_executor.hpp"
#include "core/git/ci_event.hpp"
#include "core/git/ci_jenkins.hpp"

namespace pipectl::cli {
namespace {

constexpr Milliseconds patience_in_ci{30'000};
constexpr Milliseconds patience{5'000};
constexpr Milliseconds patience_when_interrupted{3'000};
constexpr std::size_t runs_compared = 50;
constexpr std::streamoff tail_bytes = 4'096;

std::string variable(const EnvMap& environment, std::string_view name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string{} : found->second;
}

/// The page of the CI job.
std::string job_url(const EnvMap& environment) {
  const auto server = variable(environment, "GITHUB_SERVER_URL");
  const auto repository = variable(environment, "GITHUB_REPOSITORY");
  const auto run = variable(environment, "GITHUB_RUN_ID");
  if (!server.empty() && !repository.empty() && !run.empty())
    return fmt::format("{}/{}/actions/runs/{}", server, repository, run);
  for (const auto* const name : {"CI_JOB_URL", "CI_PIPELINE_URL", "BUILD_URL"})
    if (auto url = variable(environment, name); url.starts_with("http")) return url;
  return {};
}

/// How the last run of this file, branch and event ended that came to an end of its own.
RunOrigin::Before before(const NotificationInput& input) {
  constexpr int waiting = 4;
  constexpr int by_signal = 128;
  const auto runs = input.store.list(runs_compared);
  if (!runs) return RunOrigin::Before::unknown;
  for (const store::RunRecord& run : *runs) {
    const bool same = run.request.file == input.record.request.file &&
                      run.request.git.branch == input.input.git.branch &&
                      run.request.event.kind == input.input.event.kind;
    const bool counts = run.exit_code && *run.exit_code != waiting && *run.exit_code <= by_signal;
    if (run.id == input.record.id || !same || !counts) continue;
    return *run.exit_code == 0 ? RunOrigin::Before::succeeded : RunOrigin::Before::failed;
  }
  return RunOrigin::Before::unknown;
}

/// The environment that a deploy goes to, and its URL where the file writes it out; what a URL is
/// that holds an expression is told when the stage begins.
std::pair<std::string, std::string> environment_of(const NotificationInput& input,
                                                   const std::string& stage,
                                                   const std::string& target) {
  const auto* node = input.input.plan.find(stage);
  if (node == nullptr || node->stage->kind != "deploy") return {};
  const auto& name = node->stage->environment.empty() ? target : node->stage->environment;
  const auto* environment = input.file.loaded.pipeline.environment(name);
  if (environment == nullptr) return {name, {}};
  const auto url = environment->values.find("url");
  const bool plain = url != environment->values.end() && url->second.is_literal();
  return {name, plain ? url->second.text() : std::string{}};
}

/// Colours and what else a terminal obeys are taken out.
std::string without_controls(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == 0x1b && i + 1 < text.size() && text[i + 1] == '[') {
      i += 2;
      while (i < text.size() && (text[i] < '@' || text[i] > '~')) ++i;
    } else if (c >= ' ' || c == '\n' || c == '\t') {
      plain += static_cast<char>(c);
    }
  }
  return plain;
}

std::string log_tail(const std::filesystem::path& file) {
  std::ifstream log(file, std::ios::binary);
  if (!log) return {};
  log.seekg(0, std::ios::end);
  const std::streamoff size = log.tellg();
  const std::streamoff begin = std::max<std::streamoff>(0, size - tail_bytes);
  log.seekg(begin);
  std::string text(static_cast<std::size_t>(size - begin), '\0');
  log.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, log.gcount())));
  // A line that was cut is left out.
  if (begin > 0) text.erase(0, text.find('\n') == std::string::npos ? 0 : text.find('\n') + 1);
  return without_controls(text);
}

/// The proposed commit of a pull request, where the one at hand is a merge made to test it.
/// Jenkins says of it neither what it is nor what it was made of; what is there tells.
std::string proposed_commit(const NotificationInput& input) {
  const auto& env = input.invocation.env;
  if (auto told = git::read_ci_event(env).event.head_sha; !told.empty()) return told;
  const Event& event = input.input.event;
  const std::string& sha = input.input.git.sha;
  if (event.kind != EventKind::pull_request || event.ci != "jenkins" || sha.empty()) return {};
  return git::head_of_change(input.file.root, sha, variable(env, "BRANCH_NAME"), env).value_or("");
}

RunOrigin origin_of(const NotificationInput& input) {
  RunOrigin origin;
  origin.id = input.record.id;
  origin.number = input.record.number;
  origin.pipeline = input.file.loaded.pipeline.name;
  origin.event = input.input.event;
  if (origin.event.head_sha.empty()) origin.event.head_sha = proposed_commit(input);
  origin.git = input.input.git;
  origin.root = (input.file.loaded.pipeline.source ? input.store.run_dir(input.record.id) / "work"
                                                   : input.file.root)
                    .string();
  origin.host = host_without_secrets(input.file.loaded.pipeline, input.invocation.env);
  origin.url = job_url(input.invocation.env);
  origin.before = before(input);
  origin.environment_of = [input](const std::string& stage) {
    return environment_of(input, stage, input.input.environment);
  };
  origin.log_tail = [&store = input.store, id = input.record.id](const std::string& stage) {
    return log_tail(store.log_file(id, stage));
  };
  return origin;
}

bool runs_in_ci(const Invocation& invocation, const RunInput& input) {
  const auto ci = variable(invocation.env, "CI");
  return !input.event.ci.empty() || (!ci.empty() && ci != "false" && ci != "0");
}

void warn(const std::string& text) { fmt::print(stderr, "pipectl: warning: {}\n", text); }

/// Runs that get no secrets have an outbox of their own: else what the file of a fork has to tell
/// would wait for the next run that has a token, and what such a run had left would go wherever
/// the file of the fork says.
Result<std::unique_ptr<store::Outbox>> open_outbox(const NotificationInput& input) {
  const auto& file = input.file.file;
  const bool withheld = !secrets_withheld_from(input.input.event).empty();
  return store::Outbox::open(state_dir(input.invocation, file),
                             file.string() + (withheld ? " (no secrets)" : ""));
}

std::vector<std::string> entries_of(const NotificationInput& input) {
  std::vector<std::string> names;
  for (const auto& one : input.file.loaded.notifiers) names.push_back(one.name);
  return names;
}

/// Nobody is told of this run: there may be posts of others.
void look_after_others(const NotificationInput& input) {
  if (!std::filesystem::exists(store::outbox_file(state_dir(input.invocation, input.file.file))))
    return;
  const auto outbox = open_outbox(input);
  if (!outbox) return;
  for (const auto& line : notify::look_after(**outbox, entries_of(input), input.clock.wall()))
    warn(line);
}

/// In a thread of its own, so with a store of its own: the run's is used by one thread.
Result<std::unique_ptr<store::Outbox>> open_and_tell_of_gone_runs(
    const NotificationInput& input, const std::vector<notify::Target>& targets,
    const EnvMap& host) {
  auto outbox = TRY(open_outbox(input));
  if (const auto& wrap = input.invocation.seams.wrap_outbox) outbox = wrap(std::move(outbox));
  const auto runs = store::RunStore::open(state_dir(input.invocation, input.file.file));
  if (runs)
    tell_of_gone_runs(
        {**runs, *outbox, targets, input.redactor, host, input.record.request.file, input.record.id,
         [&input](const std::string& stage, const std::string& target) {
           return environment_of(input, stage, target);
         }},
        input.clock.wall());
  return outbox;
}

/// Whom this run tells: without its secrets a notifier could say nothing, today or later.
std::vector<notify::Target> targets_of(const NotificationInput& input) {
  const auto withheld = secrets_withheld_from(input.input.event);
  std::vector<notify::Target> targets;
  std::vector<std::string> left_out;
  for (const auto& one : input.file.loaded.notifiers)
    if (!withheld.empty() && !one.notifier->secrets().empty())
      left_out.push_back(one.name);
    else
      targets.push_back({one.name, one.notifier.get()});
  if (!left_out.empty())
    warn(fmt::format("not told of this run: {}; no secrets are given to {}",
                     fmt::join(left_out, ", "), withheld));
  return targets;
}

}  // namespace

RunNotifications::RunNotifications(const NotificationInput& input)
    : input_(input), in_ci_(runs_in_ci(input.invocation, input.input)) {
  auto targets = targets_of(input);
  if (targets.empty()) return;
  http_ = make_curl_http_client(input.invocation.env);
  executor_ = make_local_executor(nullptr);
  vault_ = std::make_unique<SecretVault>(SecretVault::Parts{
      input.file.loaded.pipeline, input.registry, *executor_, input.redactor, input.invocation.env,
      input.overrides, secrets_withheld_from(input.input.event),
      secret_audit(state_dir(input.invocation, input.file.file), input.record.id, input.clock)});
  auto origin = origin_of(input);
  auto open = [this, targets, host = origin.host] {
    return open_and_tell_of_gone_runs(input_, targets, host);
  };
  auto grant = [&vault = *vault_](const std::string& target, const std::vector<std::string>& names,
                                  const CancelToken& cancel) {
    return vault.grant(names, {"notify", target, cancel, {}});
  };
  notifications_ = std::make_unique<notify::Notifications>(notify::NotificationParts{
      std::move(origin), std::move(targets), entries_of(input), std::move(open), *http_,
      input.clock, input.redactor, std::move(grant)});
}

RunNotifications::~RunNotifications() = default;

void RunNotifications::learn(const GitInfo& git) noexcept {
  if (notifications_) notifications_->learn(git);
}

void RunNotifications::settle() {
  if (notifications_) notifications_->settle();
}

void RunNotifications::send_off(const CancelToken& cancel) {
  if (!notifications_) return look_after_others(input_);
  const Milliseconds most = cancel.cancelled() ? patience_when_interrupted
                            : in_ci_           ? patience_in_ci
                                               : patience;
  notifications_->drain(std::chrono::steady_clock::now() + most, cancel);
  for (const auto& line : notifications_->close()) warn(line);
}

}  // namespace pipectl::cli
