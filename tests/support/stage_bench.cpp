#include "tests/support/stage_bench.hpp"

#include <algorithm>
#include <stdexcept>

#include "core/base/http_curl.hpp"
#include "core/exec/local_executor.hpp"
#include "plugins/register.hpp"
#include "stages/register.hpp"

namespace pipectl::test {

bool RecordingEmitter::offer(Stream, std::string& lines, Milliseconds) {
  const std::string text = std::move(lines);
  lines.clear();
  {
    const std::lock_guard lock{mutex_};
    output += text;
  }
  if (on_output) on_output(text);
  return true;
}

void RecordingEmitter::note(std::string text) {
  {
    const std::lock_guard lock{mutex_};
    notes.push_back(text);
  }
  if (on_note) on_note(text);
}

void RecordingEmitter::deploy_step(std::string step, std::string detail, bool ok) {
  const std::lock_guard lock{mutex_};
  deploy_steps.push_back(step + (ok ? " ok: " : " failed: ") + detail);
}

void RecordingEmitter::artifact(std::string, std::uint64_t, std::string) {}

void RecordingEmitter::spawned(const ProcessId& process) {
  const std::lock_guard lock{mutex_};
  processes.push_back(process.pid);
}

Result<void> RecordingEmitter::remember(std::string key, std::string value) {
  const std::lock_guard lock{mutex_};
  if (disk_full) return fail(Fault::infrastructure, "the journal cannot be written: disk full");
  if (key == "deploy.phase") phases.push_back(value);
  memory[std::move(key)] = std::move(value);
  return {};
}

StageBench::StageBench()
    : workspace(folder / "workspace"),
      env(host_environment()),
      executor_(make_local_executor(nullptr)),
      http_(make_curl_http_client(env)) {
  std::filesystem::create_directories(workspace);
  register_stages(registry);
  register_plugins(registry);
  spec.name = "stage";
}

yaml::Node StageBench::node(const std::string& yaml) {
  sources_.push_back({"pipeline.yaml", yaml});
  auto document = yaml::Document::parse(sources_.back(), diagnostics);
  if (!document) throw std::runtime_error("no YAML: " + problems());
  documents_.push_back(std::move(*document));
  return documents_.back().root();
}

std::unique_ptr<StageRunner> StageBench::parse(const std::string& yaml) {
  yaml::Reader reader{node(yaml), "stage 'stage'", diagnostics};
  spec.kind = reader.string("kind").value_or("run");
  spec.where = reader.self().span();
  const StageKind* const kind = registry.stage_kind(spec.kind);
  if (kind == nullptr) throw std::runtime_error("no kind " + spec.kind);
  auto runner = kind->parse(reader, {spec, names, registry, diagnostics});
  reader.finish();
  return runner;
}

StageContext StageBench::context() {
  return {.run_id = "run-1",
          .stage = spec.name,
          .spec = spec,
          .workspace = workspace,
          .directory = workspace,
          .env = env,
          .output_file = folder / "output",
          .state_dir = folder.path(),
          .cache_dir = folder / "cache",
          .attempt = 1,
          .deadline = std::nullopt,
          .grace = grace,
          .cancel = cancel.token(),
          .cleanup = hard.token(),
          .executor = *executor_,
          .http = *http_,
          .clock = clock_,
          .redactor = redactor,
          .scope = scope,
          .emit = emit,
          .remembered = remembered,
          .secrets = {},
          .host = env};
}

Outcome StageBench::run(const StageRunner& runner) {
  StageContext made = context();
  if (spec.timeout) made.deadline = clock_.steady() + *spec.timeout;
  return runner.run(made);
}

Outcome StageBench::run(const std::string& yaml) {
  const auto runner = parse(yaml);
  if (runner == nullptr || diagnostics.has_errors()) throw std::runtime_error(problems());
  return run(*runner);
}

Outcome StageBench::run_limited(const std::string& yaml, Milliseconds timeout) {
  spec.timeout = timeout;
  return run(yaml);
}

}  // namespace pipectl::test
