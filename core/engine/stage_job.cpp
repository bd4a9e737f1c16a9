#include "core/engine/stage_job.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <iterator>
#include <system_error>

#include "core/api/run_command.hpp"
#include "core/api/without_secrets.hpp"
#include "core/base/files.hpp"
#include "core/base/text.hpp"
#include "core/engine/keeping_emitter.hpp"
#include "core/engine/output_file.hpp"
#include "core/engine/retry.hpp"
#include "core/engine/stage_files.hpp"
#include "core/engine/stage_place.hpp"
#include "core/engine/stage_reports.hpp"
#include "core/engine/stage_skip.hpp"
#include "core/exec/leftovers.hpp"

namespace pipectl {
namespace {

Result<std::filesystem::path> working_directory(const StageJob& job) {
  const auto& workspace = job.scope->facts().workspace;
  const auto& wanted = job.node->stage->working_directory;
  if (wanted.text().empty()) return workspace;
  const std::string text = TRY(wanted.evaluate(*job.scope));
  auto directory = (workspace / text).lexically_normal();
  std::error_code error;
  if (!std::filesystem::is_directory(directory, error))
    return fail(Fault::step,
                fmt::format("working_directory '{}' is no folder of the workspace", text),
                "a path below the workspace's root is wanted; an earlier stage may make it");
  if (!lies_within(directory, workspace))
    return fail(Fault::step, fmt::format("working_directory '{}' lies outside the workspace", text),
                "use a path below the workspace's root");
  return directory;
}

class StageRun {
 public:
  StageRun(StageJob& job, const JobTools& tools)
      : job_(job),
        tools_(tools),
        spec_(*job.node->stage),
        emit_(*job.node, tools.mailbox, tools.redactor, tools.secrets),
        reports_(job, tools, emit_) {}

  Outcome run() {
    for (const auto& note : job_.notes) emit_.note(note);
    auto directory = working_directory(job_);
    if (!directory) return outcome_of(directory.error());
    StageFiles files{job_, tools_, emit_};
    StageSkip skip{job_, tools_, emit_};
    if (auto cached = skip.cached(*directory)) {
      keep(*cached, files.collect_artifacts(*directory));
      return *cached;
    }
    auto secrets = grant_secrets();
    if (!secrets) return without_secrets(secrets.error());
    secrets_ = std::move(*secrets);
    if (const auto restored = files.restore_cache(); !restored) return outcome_of(restored.error());
    Outcome outcome = attempts(*directory);
    reports_.publish();
    keep_outputs(outcome);
    if (outcome.status != Status::cancelled && !has_artifacts_)
      keep(outcome, files.collect_artifacts(*directory));
    if (outcome.status == Status::succeeded) keep_cache(outcome, files.save_cache());
    if (outcome.status == Status::succeeded) skip.keep(outcome);
    return apply_allow_failure(spec_.allow_failure, std::move(outcome));
  }

 private:
  Result<EnvMap> grant_secrets() {
    const auto names =
        granted_secrets(job_.scope->pipeline(), spec_, job_.scope->facts().environment);
    if (names.empty()) return EnvMap{};
    if (spec_.timeout) secrets_until_ = tools_.clock.steady() + *spec_.timeout;
    if (!tools_.secrets.withheld().empty())
      emit_.note(fmt::format("no secrets: this run is of {}", tools_.secrets.withheld()));
    auto granted = TRY(sends_no_secrets() ? grant_what_is_there(names) : grant(names));
    std::ranges::copy_if(names, std::back_inserter(absent_),
                         [&](const std::string& name) { return !granted.contains(name); });
    return granted;
  }

  [[nodiscard]] bool sends_no_secrets() const {
    const auto* const frugal = dynamic_cast<const WithoutSecrets*>(job_.runner);
    return frugal != nullptr && frugal->sends_no_secrets(job_.remembered);
  }

  Result<EnvMap> grant_what_is_there(const std::vector<std::string>& names) {
    EnvMap granted;
    for (const std::string& name : names) {
      auto one = grant({name});
      if (!one && one.error().fault == Fault::cancelled) return one;
      if (!one) emit_.note(fmt::format("{}; it is not sent anywhere here", one.error().message));
      if (one) granted.merge(*one);
    }
    return granted;
  }

  Result<EnvMap> grant(const std::vector<std::string>& names) const {
    return tools_.secrets.grant(names, {"stage", job_.node->name, job_.cancel, secrets_until_});
  }

  /// The stage's timeout holds for its secrets, too.
  Outcome without_secrets(const Error& error) const {
    Outcome outcome = outcome_of(error);
    const bool late = secrets_until_ && tools_.clock.steady() >= *secrets_until_;
    if (!late || outcome.status != Status::infra) return outcome;
    outcome.status = Status::timed_out;
    outcome.reason =
        fmt::format("timed out after {}: {}", human_duration(*spec_.timeout), outcome.reason);
    return outcome;
  }

  Outcome attempts(const std::filesystem::path& directory) {
    for (int attempt = job_.attempt;; ++attempt) {
      const int made = attempt - job_.attempt + 1;
      Outcome outcome = one_attempt(directory, attempt);
      outcome.attempts = attempt;
      if (job_.attempts == StageJob::Attempts::one || job_.cancel.cancelled()) return outcome;
      const auto wait = next_attempt_after(spec_.retry, outcome, made);
      if (!wait) return outcome;
      emit_.note(fmt::format("{}; retry {} of {} in {}", outcome.reason, made, spec_.retry.max,
                             human_duration(*wait)));
      if (job_.cancel.wait_for(*wait)) return outcome;
      std::error_code ignored;
      std::filesystem::remove(job_.output_file, ignored);
      emit_.attempt(attempt + 1);
    }
  }

  /// Without another attempt to come nobody else needs the job's.
  EnvMap environment() {
    EnvMap env = spec_.retry.max > 0 ? job_.env : std::move(job_.env);
    for (const auto& [name, value] : secrets_) env[name] = value;
    return env;
  }

  StageContext context_of(const std::filesystem::path& directory, int attempt, Executor& executor) {
    return {.run_id = job_.scope->facts().id,
            .stage = job_.node->name,
            .spec = spec_,
            .workspace = job_.scope->facts().workspace,
            .directory = directory,
            .env = environment(),
            .output_file = job_.output_file,
            .state_dir = tools_.run_dir,
            .cache_dir = tools_.cache_dir,
            .attempt = attempt,
            .deadline = std::nullopt,
            .grace = tools_.grace,
            .cancel = job_.cancel,
            .cleanup = job_.cleanup,
            .executor = executor,
            .http = tools_.http,
            .clock = tools_.clock,
            .redactor = tools_.redactor,
            .scope = *job_.scope,
            .emit = emit_,
            .remembered = {},
            .settle = [this, &directory] { return settle(directory); },
            .secrets = secrets_,
            .absent_secrets = absent_,
            .host = job_.scope->facts().host,
            .grant = [this](const std::vector<std::string>& names) { return grant(names); },
            .report = nullptr};
  }

  Outcome one_attempt(const std::filesystem::path& directory, int attempt) {
    settled_.reset();
    has_artifacts_ = false;
    PlacedExecutor executor{tools_.executor};
    StageContext context = context_of(directory, attempt, executor);
    // A later attempt follows one that has ended, not one that was interrupted.
    if (attempt == job_.attempt) context.remembered = job_.remembered;
    if (spec_.timeout) context.deadline = tools_.clock.steady() + *spec_.timeout;
    const auto sink = reports_.begin();
    if (!sink) return outcome_of(sink.error());
    context.report = *sink;
    Outcome outcome = run_in_place(executor, context);
    if (outcome.status == Status::timed_out || outcome.status == Status::cancelled) end_escaped();
    reports_.judge(outcome, directory);
    return outcome;
  }

  Outcome run_in_place(PlacedExecutor& executor, StageContext& context) {
    const auto place = open_place(tools_.registry, context, tools_.executor);
    if (!place) return outcome_of(place.error());
    if (*place) executor.enter(**place, context);
    Outcome outcome = job_.runner->run(context);
    reports_.rerun_failed_tests(outcome, context);
    return outcome;
  }

  /// A process that made a session of its own hears nothing when its stage is stopped. Only then:
  /// a stage that ends by itself may leave a service for later ones.
  void end_escaped() {
    const auto left =
        end_and_tell({job_.scope->facts().id, {}, job_.node->name}, tools_.grace, job_.cleanup);
    if (!left.empty()) emit_.note(left);
  }

  /// See StageContext::settle.
  Result<void> settle(const std::filesystem::path& directory) {
    if (has_artifacts_) return {};
    settled_ = TRY(read_outputs(job_.output_file, tools_.redactor));
    TRY((StageFiles{job_, tools_, emit_}.collect_artifacts(directory)));
    has_artifacts_ = true;
    return {};
  }

  /// Outputs count also for a stage that failed: a stage that always runs may read them.
  void keep_outputs(Outcome& outcome) {
    std::error_code ignored;
    if (!settled_ && std::filesystem::symlink_status(job_.output_file, ignored).type() ==
                         std::filesystem::file_type::not_found)
      return;
    auto outputs = settled_ ? Result<Outputs>{std::move(*settled_)}
                            : read_outputs(job_.output_file, tools_.redactor);
    if (outputs) {
      outcome.outputs = std::move(*outputs);
    } else if (!is_failure(outcome.status)) {
      const int attempts = outcome.attempts;
      outcome = outcome_of(outputs.error());
      outcome.attempts = attempts;
    }
    std::filesystem::remove(job_.output_file, ignored);
  }

  /// What could not be kept fails a stage that was good so far, and never hides why one failed.
  static void keep(Outcome& outcome, const Result<void>& kept) {
    if (kept || is_failure(outcome.status)) return;
    const int attempts = outcome.attempts;
    auto outputs = std::move(outcome.outputs);
    outcome = outcome_of(kept.error());
    outcome.attempts = attempts;
    outcome.outputs = std::move(outputs);
  }

  /// What had settled is in service and stays so: that its cache could not be kept is no failure.
  void keep_cache(Outcome& outcome, const Result<void>& kept) {
    if (kept || !settled_) return keep(outcome, kept);
    emit_.note("warning: " + kept.error().message);
  }

  StageJob& job_;
  const JobTools& tools_;
  const StageSpec& spec_;
  KeepingEmitter emit_;
  std::optional<SteadyTime> secrets_until_;
  std::optional<Outputs> settled_;  ///< of a stage that asked for it
  bool has_artifacts_{false};
  EnvMap secrets_;                   ///< granted
  std::vector<std::string> absent_;  ///< granted, optional and not there
  StageReports reports_;
};

Outcome bug(std::string_view what) {
  return outcome_of(Error{Fault::bug, fmt::format("an exception left the stage's code: {}", what),
                          "this is a defect of pipectl; please report it"});
}

}  // namespace

Outcome run_stage(StageJob job, const JobTools& tools) noexcept {
  const SteadyTime start = tools.clock.steady();
  Outcome outcome;
  try {
    outcome = StageRun{job, tools}.run();
  } catch (const std::exception& error) {
    outcome = bug(error.what());
  } catch (...) {
    outcome = bug("of an unknown type");
  }
  outcome.duration = std::chrono::duration_cast<Milliseconds>(tools.clock.steady() - start);
  outcome.reason = tools.redactor.redact(outcome.reason);
  outcome.hint = tools.redactor.redact(outcome.hint);
  outcome.summary = tools.redactor.redact(outcome.summary);
  return outcome;
}

}  // namespace pipectl
