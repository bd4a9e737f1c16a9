#include "cli/planning/difference.hpp"

#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkdtemp is not in <cstdlib>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "cli/app.hpp"
#include "cli/planning/open_question.hpp"
#include "core/base/http_curl.hpp"
#include "core/base/text.hpp"
#include "core/exec/local_executor.hpp"

namespace pipectl::cli {
namespace {

namespace fs = std::filesystem;

/// Nobody hears what is said on the way: what counts is the answer.
class Silence final : public StageEmitter {
 public:
  bool offer(Stream /*stream*/, std::string& lines, Milliseconds /*wait*/) override {
    lines.clear();
    return true;
  }
  void note(std::string /*text*/) override {}
  void deploy_step(std::string /*step*/, std::string /*detail*/, bool /*ok*/) override {}
  void artifact(std::string /*path*/, std::uint64_t /*bytes*/, std::string /*sha256*/) override {}
  void spawned(const ProcessId& /*process*/) override {}
  Result<void> remember(std::string /*key*/, std::string /*value*/) override { return {}; }
};

/// The values of now. One that only the run will know stands as written, so that nobody takes it
/// for an empty text.
class Foreseen final : public expr::Scope {
 public:
  Foreseen(const NodeScope& now, const StageSpec& stage) : now_(now), open_(now, stage) {}
  [[nodiscard]] expr::Value value(expr::Path path) const override {
    if (!open_.asked_by(path)) return now_.value(path);
    std::vector<std::string> parts{path.begin(), path.end()};
    return "${{ " + join(parts, ".") + " }}";
  }
  [[nodiscard]] bool success() const override { return now_.success(); }
  [[nodiscard]] bool failure() const override { return now_.failure(); }
  [[nodiscard]] bool changed(std::span<const std::string> patterns) const override {
    return now_.changed(patterns);
  }

 private:
  const NodeScope& now_;
  OpenQuestion open_;
};

class Scratch {
 public:
  static Result<std::unique_ptr<Scratch>> make() {
    std::error_code error;
    std::string name = (fs::temp_directory_path(error) / "pipectl-plan-XXXXXX").string();
    if (error || ::mkdtemp(name.data()) == nullptr)
      return fail(Fault::infrastructure,
                  std::string{"no temporary folder: "} + std::strerror(errno));  // NOLINT
    return std::make_unique<Scratch>(name);
  }
  explicit Scratch(fs::path folder) : folder_(std::move(folder)) {}
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] const fs::path& folder() const noexcept { return folder_; }

 private:
  fs::path folder_;
};

}  // namespace

Result<std::vector<std::string>> difference(const Comparable& runner, const Ground& ground) {
  const StageSpec& stage = *ground.node.stage;
  const auto scratch = TRY(Scratch::make());
  const Foreseen scope{ground.scope, stage};
  const auto folder = TRY(stage.working_directory.evaluate(scope));
  const auto executor = make_local_executor(nullptr);
  const auto http = make_curl_http_client(ground.facts.host);
  const SystemClock clock;
  const Redactor redactor;
  Silence silence;
  CancelSource never;
  EnvMap env = ground.facts.host;
  for (const auto& [name, value] : ground.scope.env()) env[name] = value;
  StageContext context{.run_id = "plan",
                       .stage = ground.node.name,
                       .spec = stage,
                       .workspace = ground.facts.workspace,
                       .directory = ground.facts.workspace / folder,
                       .env = std::move(env),
                       .output_file = scratch->folder() / "output",
                       .state_dir = scratch->folder(),
                       .cache_dir = scratch->folder(),
                       .deadline = std::nullopt,
                       .cancel = never.token(),
                       .cleanup = never.token(),
                       .executor = *executor,
                       .http = *http,
                       .clock = clock,
                       .redactor = redactor,
                       .scope = scope,
                       .emit = silence,
                       .remembered = {},
                       .host = ground.facts.host};
  return runner.compare(context);
}

int exit_code_of(const std::vector<Forecast>& forecasts) {
  int code = 0;
  for (const Forecast& forecast : forecasts)
    if (forecast.unknown) code = std::max(code, exit_code_of(forecast.unknown->fault));
  return code;
}

}  // namespace pipectl::cli
