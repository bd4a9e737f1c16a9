#include "cli/signals.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <tuple>

namespace pipectl::cli {
namespace {

sigset_t watched() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, signal);
  return set;
}

}  // namespace

SignalWatcher::SignalWatcher() : stop_(eventfd(0, EFD_CLOEXEC)) {
  const sigset_t set = watched();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::ignore =
      std::signal(SIGPIPE, SIG_IGN);  // a closed reader is an error of write(), not the end of us
  thread_ = std::thread([this] { watch(); });
}

SignalWatcher::~SignalWatcher() {
  const std::uint64_t one = 1;
  static_cast<void>(!::write(stop_, &one, sizeof one));
  thread_.join();
  ::close(stop_);
  const sigset_t set = watched();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

void SignalWatcher::watch() {
  // No other signal is this thread's: Ctrl-Z belongs to the view that has the terminal.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  const sigset_t set = watched();
  const int signals = signalfd(-1, &set, SFD_CLOEXEC);
  int count = 0;
  while (true) {
    std::array<pollfd, 2> sources{{{signals, POLLIN, 0}, {stop_, POLLIN, 0}}};
    if (::poll(sources.data(), sources.size(), -1) < 0) continue;
    if ((sources[1].revents & POLLIN) != 0) break;
    signalfd_siginfo info{};
    if (::read(signals, &info, sizeof info) != sizeof info) continue;
    if (count == 0) signal_.store(static_cast<int>(info.ssi_signo));
    source_.cancel(++count == 1 ? CancelReason::user : CancelReason::hard);
  }
  ::close(signals);
}

}  // namespace pipectl::cli
