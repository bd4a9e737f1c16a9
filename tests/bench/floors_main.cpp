// The floors that pipectl is measured against: the same work with nothing around it.
//   floors spawn COUNT JOBS    starts `sh -e -c true` COUNT times, JOBS at once
//   floors yaml FILE           parses FILE with yaml-cpp and throws the result away
//   floors flood BYTES         writes BYTES of log-like lines to stdout

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <yaml-cpp/yaml.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

extern char** environ;  // NOLINT: POSIX names it so

namespace {

int spawn_one() {
  char sh[] = "sh", e[] = "-e", c[] = "-c", text[] = "true";
  char* const argv[] = {sh, e, c, text, nullptr};
  pid_t pid = 0;
  return ::posix_spawn(&pid, "/bin/sh", nullptr, nullptr, argv, environ);
}

int spawn(long count, long jobs) {
  long running = 0;
  for (long started = 0; started < count || running > 0;) {
    if (started < count && running < jobs) {
      if (spawn_one() != 0) return 1;
      ++started;
      ++running;
      continue;
    }
    int status = 0;
    if (::wait(&status) < 0 || status != 0) return 1;
    --running;
  }
  return 0;
}

int flood(long long bytes) {
  std::string block;
  while (block.size() < (1U << 20U))
    block += "2026-11-20T15:52:01Z INFO worker-" + std::to_string(block.size() % 97) +
             " processed request id=" + std::to_string(block.size() * 7919) +
             " status=200 path=/api/v1/items\n";
  while (bytes > 0) {
    const auto size = std::min<long long>(bytes, static_cast<long long>(block.size()));
    const auto done = ::write(STDOUT_FILENO, block.data(), static_cast<std::size_t>(size));
    if (done <= 0) return 1;
    bytes -= done;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  if (what == "spawn" && argc == 4) return spawn(std::atol(argv[2]), std::atol(argv[3]));
  if (what == "yaml" && argc == 3) return YAML::LoadFile(argv[2]).size() > 0 ? 0 : 1;
  if (what == "flood" && argc == 3) return flood(std::atoll(argv[2]));
  std::fputs("usage: floors spawn COUNT JOBS | yaml FILE | flood BYTES\n", stderr);
  return 2;
}
