#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/registry.hpp"
#include "core/api/stage_kind.hpp"
#include "core/base/redactor.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/unit/core/expr/fakes.hpp"

namespace pipectl::test {

/// Keeps what a stage says, and lets a test act at that very moment.
class RecordingEmitter final : public StageEmitter {
 public:
  bool offer(Stream stream, std::string& lines, Milliseconds wait) override;
  void note(std::string text) override;
  void deploy_step(std::string step, std::string detail, bool ok) override;
  void artifact(std::string path, std::uint64_t bytes, std::string sha256) override;
  void spawned(const ProcessId& process) override;
  Result<void> remember(std::string key, std::string value) override;

  std::string output;
  std::vector<std::string> notes;
  std::vector<std::string> deploy_steps;  ///< `apply ok: applied`
  std::vector<pid_t> processes;
  std::map<std::string, std::string> memory;
  std::vector<std::string> phases;  ///< every value of deploy.phase, in order
  std::function<void(const std::string&)> on_note;
  std::function<void(const std::string&)> on_output;
  bool disk_full{false};  ///< remember() fails

 private:
  std::mutex mutex_;
};

/// All that one stage needs to run for real: the local executor, libcurl, a workspace.
class StageBench {
 public:
  StageBench();
  /// Reads a stage from the text of its mapping. Null when there was an error: see problems().
  std::unique_ptr<StageRunner> parse(const std::string& yaml);
  /// Everything that parsing complained of, as a user would see it.
  [[nodiscard]] std::string problems() const { return render(diagnostics.sorted()); }
  /// Parses (which must succeed) and runs.
  Outcome run(const std::string& yaml);
  Outcome run(const StageRunner& runner);
  /// As run, but with a limit as the engine sets it from `timeout`.
  Outcome run_limited(const std::string& yaml, Milliseconds timeout);
  /// The node of a YAML text; lives as long as the bench.
  yaml::Node node(const std::string& yaml);

  TempFolder folder;
  std::filesystem::path workspace;
  Registry registry;
  Diagnostics diagnostics;
  StageSpec spec;
  expr::FakeNames names;
  expr::FakeScope scope;
  EnvMap env;
  Redactor redactor;
  RecordingEmitter emit;
  CancelSource cancel;
  CancelSource hard;
  std::map<std::string, std::string> remembered;
  Milliseconds grace{10'000};

 private:
  [[nodiscard]] StageContext context();

  SystemClock clock_;
  std::unique_ptr<Executor> executor_;
  std::unique_ptr<HttpClient> http_;
  std::deque<SourceFile> sources_;
  std::deque<yaml::Document> documents_;
};

}  // namespace pipectl::test
