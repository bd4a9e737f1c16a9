#include "core/exec/proc_table.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <csignal>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/text.hpp"
#include "core/base/unique_fd.hpp"

namespace pipectl {
namespace {

template <class Number>
bool parse(std::string_view text, Number& number) {
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  return parsed.ec == std::errc() && parsed.ptr == end;
}

std::optional<ProcessEntry> parse_stat(pid_t pid, std::string_view text) {
  // The second field is the program's name in parentheses and may hold anything, parentheses too.
  const auto name_begin = text.find('(');
  const auto name_end = text.rfind(')');
  if (name_end == std::string_view::npos || text.size() < name_end + 2) return std::nullopt;
  const auto fields = split(text.substr(name_end + 2), ' ');  // from the third one on
  constexpr std::size_t start_time = 22 - 3;
  if (fields.size() <= start_time || fields[0].empty()) return std::nullopt;
  ProcessEntry entry;
  entry.pid = pid;
  entry.name = text.substr(name_begin + 1, name_end - name_begin - 1);
  entry.state = fields[0].front();
  if (!parse(fields[1], entry.parent) || !parse(fields[2], entry.group) ||
      !parse(fields[3], entry.session) || !parse(fields[start_time], entry.start_ticks))
    return std::nullopt;
  return entry;
}

}  // namespace

std::optional<ProcessEntry> read_process(pid_t pid) {
  const std::string path = "/proc/" + std::to_string(pid) + "/stat";
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return std::nullopt;
  std::array<char, 1024> text{};
  const ssize_t size = ::read(file.get(), text.data(), text.size() - 1);
  if (size <= 0) return std::nullopt;
  return parse_stat(pid, std::string_view(text.data(), static_cast<std::size_t>(size)));
}

std::vector<ProcessEntry> all_processes() {
  std::vector<ProcessEntry> found;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/proc"), &::closedir);
  if (!folder) return found;
  while (const dirent* entry = ::readdir(folder.get())) {
    const std::string_view name(entry->d_name);
    pid_t pid = 0;
    if (!parse(name, pid)) continue;
    if (const auto process = read_process(pid)) found.push_back(*process);
  }
  return found;
}

bool signal_process(const ProcessId& process, int signal) {
  // The descriptor pins the process; only then does its start time tell that it is the right one.
  const UniqueFd pinned(static_cast<int>(::syscall(SYS_pidfd_open, process.pid, 0)));
  const auto now = read_process(process.pid);
  if (!now || now->start_ticks != process.start_ticks) return false;
  if (pinned) return ::syscall(SYS_pidfd_send_signal, pinned.get(), signal, nullptr, 0) == 0;
  return ::kill(process.pid, signal) == 0;
}

}  // namespace pipectl
