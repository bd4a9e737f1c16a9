#include "core/base/forget_environment.hpp"

#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <string_view>

namespace pipectl {
namespace {

/// Not before: ssh reads a key through /proc/PID/fd, which only a process that may be dumped shows.
extern "C" void die_without_dump(int signal) {
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  static_cast<void>(::raise(signal));
}

}  // namespace

void forget_environment(std::span<const std::string> names) noexcept {
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    for (const auto& name : names)
      if (text.size() > name.size() && text.starts_with(name) && text[name.size()] == '=')
        ::explicit_bzero(*entry + name.size() + 1, text.size() - name.size() - 1);
  }
}

void keep_out_of_core_dumps() noexcept {
  for (const int signal : {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGQUIT, SIGSEGV, SIGSYS, SIGTRAP}) {
    struct sigaction known {};
    if (::sigaction(signal, nullptr, &known) != 0 || known.sa_handler != SIG_DFL) continue;
    struct sigaction action {};
    action.sa_handler = die_without_dump;
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    ::sigaction(signal, &action, nullptr);
  }
}

}  // namespace pipectl
