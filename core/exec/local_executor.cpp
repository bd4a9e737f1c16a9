#include "core/exec/local_executor.hpp"

#include <csignal>

#include "core/exec/pipe.hpp"
#include "core/exec/posix_process.hpp"
#include "core/exec/spawn.hpp"

namespace pipectl {
namespace {

void stop_ignoring_children() {
  struct sigaction now {};
  if (::sigaction(SIGCHLD, nullptr, &now) != 0 || now.sa_handler != SIG_IGN) return;
  now.sa_handler = SIG_DFL;
  ::sigaction(SIGCHLD, &now, nullptr);
}

class LocalExecutor final : public Executor {
 public:
  LocalExecutor(const Jobserver* jobserver, Milliseconds drain)
      : jobserver_(jobserver), drain_(drain), no_input_(open_null()) {}

  Result<std::unique_ptr<Process>> start(const Command& command, OutputSink& sink) override {
    if (!no_input_) return tl::unexpected(no_input_.error());
    UniqueFd input;
    if (command.input) input = TRY(make_input(*command.input));
    Pipe out = TRY(make_pipe());
    Pipe err = TRY(make_pipe());
    const ChildStreams streams{input ? input.get() : no_input_->get(), out.write.get(),
                               err.write.get()};
    const pid_t pid = TRY(spawn(command, streams, jobserver_));
    return std::make_unique<PosixProcess>(
        pid, PosixProcess::Pipes{std::move(out.read), std::move(err.read)}, sink, drain_);
  }

 private:
  const Jobserver* const jobserver_;
  const Milliseconds drain_;
  const Result<UniqueFd> no_input_;  // shared by all children: /dev/null has no state
};

}  // namespace

std::unique_ptr<Executor> make_local_executor(Jobserver* jobserver, Milliseconds drain) {
  stop_ignoring_children();
  return std::make_unique<LocalExecutor>(jobserver, drain);
}

}  // namespace pipectl
