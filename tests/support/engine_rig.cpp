#include "tests/support/engine_rig.hpp"

#include <unistd.h>

#include <filesystem>

namespace pipectl::test {
namespace {

class BodyRunner final : public StageRunner {
 public:
  BodyRunner(EngineRig::Body body, Measures::Own own) : body_(std::move(body)), own_(own) {}
  [[nodiscard]] std::vector<std::string> preview(const expr::Scope&) const override { return {}; }
  Outcome run(StageContext& context) const override { return body_ ? body_(context) : Outcome{}; }
  [[nodiscard]] Measures measures() const override {
    Measures measures;
    measures.own = own_;
    return measures;
  }

 private:
  EngineRig::Body body_;
  Measures::Own own_;
};

std::filesystem::path make_run_dir() {
  std::string path = (std::filesystem::temp_directory_path() / "pipectl-rig-XXXXXX").string();
  if (::mkdtemp(path.data()) == nullptr) throw std::runtime_error{"mkdtemp failed"};
  std::filesystem::create_directory(path + "/outputs");
  return path;
}

}  // namespace

Result<void> MemoryJournal::append(std::span<const store::Transition> transitions, WallTime) {
  if (appends_++ == fail_at) return fail(Fault::infrastructure, "the journal is full", "make room");
  for (const auto& transition : transitions) {
    if (on_append) on_append(transition);
    written.push_back(transition);
  }
  return {};
}

Result<void> MemoryLogs::write(const std::string& stage, Stream, std::string_view more) {
  if (stage == fail_for)
    return fail(Fault::infrastructure, "log of " + stage + ": no space left on device");
  text[stage] += more;
  return {};
}

void RecordingSink::on_event(const RunEvent& event) noexcept { events.push_back(event); }

StageSpec& EngineRig::stage(const std::string& name, const std::vector<std::string>& needs,
                            Body body) {
  bodies_[name] = std::move(body);
  return builder.add(name, needs);
}

RunResult EngineRig::run() {
  plan_ = builder.plan();
  Runners runners;
  for (const auto& [name, body] : bodies_) runners[name] = std::make_unique<BodyRunner>(body, own);
  const auto run_dir = make_run_dir();
  NoExecutor executor;
  NoHttp http;
  SystemClock clock;
  Redactor redactor;
  SecretVault vault{{builder.pipeline(), registry, executor, redactor, {}, {}}};
  Mailbox mailbox;
  Recorder recorder{journal, logs, sink, clock, "run-1"};
  RunFacts facts;
  facts.id = "run-1";
  facts.workspace = run_dir;
  facts.started = started;
  facts.variables = variables;
  JobTools tools{executor, http,    clock,   redactor,         vault,
                 mailbox,  run_dir, run_dir, run_dir / "cache"};
  tools.registry = &registry;
  tools.baselines = baselines;
  tools.leniency = &leniency;
  options.scheduling = {jobs, on_failure};
  options.user = user.token();
  {
    Engine engine{
        {builder.pipeline(), runners, plan_, facts, tools,
         [&](const std::string& stage) { return run_dir / "artifacts" / stage; }, recorder},
        options};
    result_ = engine.run();
  }
  std::filesystem::remove_all(run_dir);
  return result_;
}

const Outcome& EngineRig::outcome(const std::string& name) const {
  const auto* node = plan_.find(name);
  if (node == nullptr) throw std::invalid_argument{"no stage " + name};
  return result_.outcomes.at(node->id);
}

Status EngineRig::status(const std::string& name) const { return outcome(name).status; }

std::vector<std::string> EngineRig::story() const {
  std::vector<std::string> lines;
  for (const auto& transition : journal.written) {
    if (const auto* started = std::get_if<store::transition::StageStarted>(&transition))
      lines.push_back("start " + started->stage);
    if (const auto* ended = std::get_if<store::transition::StageEnded>(&transition))
      lines.push_back("end " + ended->stage);
  }
  return lines;
}

Outcome ending(Status status, std::string reason) {
  Outcome outcome;
  outcome.status = status;
  outcome.reason = std::move(reason);
  return outcome;
}

}  // namespace pipectl::test
