// What redaction costs: 1 GiB of log text from a child, 20 secrets, into a file. The floor is
// `cat > file` of the same text. Also the bare speed of the search, from memory to memory.
//
//   bench_redact_output [FOLDER [MIB [ROUNDS]]]

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>

#include "core/base/redactor.hpp"
#include "core/exec/line_output.hpp"
#include "core/exec/local_executor.hpp"

using namespace pipectl;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t piece = std::size_t{64} << 20U;

std::string random_text(std::mt19937& engine, std::size_t size, std::string_view letters) {
  std::string text;
  while (text.size() < size) text += letters[engine() % letters.size()];
  return text;
}

/// Twenty of the kinds that pipelines have: tokens, passwords, a key of several lines.
std::vector<std::string> make_secrets(std::mt19937& engine) {
  constexpr std::string_view base62 =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  std::vector<std::string> secrets;
  for (int i = 0; i < 12; ++i) secrets.push_back("ghp_" + random_text(engine, 36, base62));
  for (int i = 0; i < 7; ++i) secrets.push_back(random_text(engine, 10, base62) + "!/&");
  std::string key = "-----BEGIN PRIVATE KEY-----\n";
  for (int i = 0; i < 25; ++i) key += random_text(engine, 64, base62) + "\n";
  secrets.push_back(key + "-----END PRIVATE KEY-----\n");
  return secrets;
}

/// Lines as builds and tests write them, now and then one with a secret.
std::string make_log(std::mt19937& engine, const std::vector<std::string>& secrets) {
  const std::array<std::string_view, 6> lines{
      "[INFO] 2026-11-20T15:52:01.123Z  Compiling module core/exec/local_executor ({})\n",
      "  ✓ returns the balance sheet of a closed year ({} ms)\n",
      "npm WARN deprecated inflight@1.0.6: This module is not supported, and leaks memory {}\n",
      "GET /api/v1/accounts/{}/balance?from=2026-01-01&to=2026-12-31 200 12ms\n",
      "    at Object.<anonymous> (/srv/app/src/ledger/entries.test.js:{}:17)\n",
      "Step 7/12 : RUN apt-get install -y --no-install-recommends ca-certificates # {}\n"};
  std::string log;
  while (log.size() < piece) {
    log += fmt::format(fmt::runtime(lines[engine() % lines.size()]), engine() % 100'000);
    if (engine() % 5'000 == 0) log += "leak: " + secrets[engine() % secrets.size()] + "\n";
  }
  log.resize(piece);
  return log;
}

/// Appends to a file, as the log of a stage is written.
class FileLines final : public LineSink {
 public:
  explicit FileLines(const fs::path& path)
      : fd_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) {}
  ~FileLines() override { ::close(fd_); }
  FileLines(const FileLines&) = delete;
  FileLines& operator=(const FileLines&) = delete;
  bool offer(Stream, std::string& lines, Milliseconds) override {
    if (::write(fd_, lines.data(), lines.size()) != static_cast<ssize_t>(lines.size()))
      std::abort();
    return true;
  }

 private:
  int fd_;
};

/// Wall and processor time of some work, children included. On a busy machine only the second one
/// tells anything.
struct Cost {
  double wall{1e9};
  double cpu{1e9};
};

double cpu_now() {
  double total = 0;
  for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage{};
    ::getrusage(who, &usage);
    for (const timeval& time : {usage.ru_utime, usage.ru_stime})
      total += static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  }
  return total;
}

void measure(Cost& best, const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  const double cpu = cpu_now();
  work();
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
  best.wall = std::min(best.wall, wall.count());
  best.cpu = std::min(best.cpu, cpu_now() - cpu);
}

void run(const std::vector<std::string>& argv, OutputSink& sink) {
  const auto executor = make_local_executor(nullptr);
  auto process = executor->start(Command{argv, host_environment(), "/", std::nullopt}, sink);
  if (!process) std::abort();
  const auto finished = supervise(**process, std::nullopt, CancelToken(), Milliseconds{0});
  if (!finished.status.success()) std::abort();
}

std::size_t search_only(const Redactor& redactor, std::string_view log) {
  const auto stream = redactor.stream();
  std::string out;
  std::size_t total = 0;
  constexpr std::size_t chunk = std::size_t{64} * 1024;
  for (std::size_t at = 0; at < log.size(); at += chunk) {
    out.clear();
    stream->push(log.substr(at, chunk), out);
    total += out.size();
  }
  return total;
}

}  // namespace

int main(int argc, char** argv) {
  const fs::path folder = argc > 1 ? argv[1] : fs::temp_directory_path().string();
  const std::size_t times = (argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 1'024) / 64;
  const int rounds = argc > 3 ? std::atoi(argv[3]) : 3;
  std::mt19937 engine(1);
  const auto secrets = make_secrets(engine);
  const auto log = make_log(engine, secrets);
  const fs::path source = folder / "pipectl-bench.log";
  const fs::path target = folder / "pipectl-bench.out";
  std::ofstream(source) << log;
  Redactor redactor;
  for (const auto& secret : secrets)
    if (!redactor.add("S", secret)) std::abort();

  std::vector<std::string> cat{"cat"};
  cat.insert(cat.end(), times, source.string());
  std::vector<std::string> floor{"sh", "-c", "cat \"$@\" > " + target.string(), "sh"};
  floor.insert(floor.end(), times, source.string());

  Cost plain;
  Cost redacted;
  Cost search;
  for (int round = 0; round < rounds; ++round) {
    FileLines unused("/dev/null");
    const auto nothing = make_line_output(redactor, unused);
    measure(plain, [&] { run(floor, *nothing); });
    measure(redacted, [&] {
      FileLines lines(target);
      const auto output = make_line_output(redactor, lines);
      run(cat, *output);
    });
    measure(search, [&] { search_only(redactor, log); });
  }
  const auto gib = static_cast<double>(times * piece) / (1U << 30U);
  fmt::print("{:.2f} GiB: cat > file {:.2f} s, redacted {:.2f} s, ratio {:.2f}\n", gib, plain.wall,
             redacted.wall, redacted.wall / plain.wall);
  fmt::print("processor time: {:.2f} s, {:.2f} s, ratio {:.2f}\n", plain.cpu, redacted.cpu,
             redacted.cpu / plain.cpu);
  fmt::print("search alone {:.1f} GB/s\n", static_cast<double>(log.size()) / search.cpu / 1e9);
  fs::remove(source);
  fs::remove(target);
}
