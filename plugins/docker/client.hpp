#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/api/stage_kind.hpp"

namespace pipectl::docker {

/// What the docker program said.
struct Answer {
  int exit_code{0};
  std::string out;
  std::string err;
  [[nodiscard]] bool success() const noexcept { return exit_code == 0; }
};

/// How one call may be ended, and what it is given.
struct Call {
  std::optional<std::string> input{};    ///< for stdin
  std::optional<SteadyTime> deadline{};  ///< none: one minute from now
  CancelToken cancel{};                  ///< never, unless given
  OutputSink* output{nullptr};           ///< takes both streams instead of the answer
};

/// Calls the docker program of this host. Any number of threads may use it.
class Client {
 public:
  /// `emit` hears of each process, so that a resumed run finds it; null: nobody does.
  Client(Executor& host, EnvMap env, StageEmitter* emit = nullptr);

  /// Runs `docker ARGS…`. Fault::infrastructure when there is no such program or it does not end in
  /// time, Fault::cancelled. How it ended is the caller's to judge.
  [[nodiscard]] Result<Answer> ask(std::vector<std::string> args, const Call& call = {}) const;
  /// As ask(), but everything except success is an error that says what docker said (explain()).
  /// The value is its output without line breaks at the end.
  Result<std::string> must(std::vector<std::string> args, const Call& call = {}) const;
  /// As ask(), for another program of this host.
  [[nodiscard]] Result<Answer> run(std::vector<std::string> argv, const Call& call = {}) const;

  /// Starts `docker ARGS…` and leaves it to the caller.
  [[nodiscard]] Result<std::unique_ptr<Process>> start(std::vector<std::string> args,
                                                       std::optional<std::string> input,
                                                       OutputSink& sink) const;

  [[nodiscard]] const EnvMap& env() const noexcept { return env_; }
  [[nodiscard]] Client with_env(const std::string& name, const std::string& value) const;

 private:
  Executor* host_;
  EnvMap env_;
  StageEmitter* emit_;
};

}  // namespace pipectl::docker
