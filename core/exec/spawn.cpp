#include "core/exec/spawn.hpp"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>
#include <thread>
#include <vector>

#include "core/base/text.hpp"
#include "core/exec/jobserver.hpp"
#include "core/exec/program.hpp"

namespace pipectl {
namespace {

/// `char* const[]` as exec wants it.
class Vector {
 public:
  void add(std::string_view text) { offsets_.push_back(append(text)); }
  void add(std::string_view name, std::string_view value) {
    offsets_.push_back(append(name));
    block_.back() = '=';
    append(value);
  }
  void reserve(std::size_t bytes) { block_.reserve(bytes); }
  [[nodiscard]] std::size_t bytes() const noexcept {
    return block_.size() + (offsets_.size() + 1) * sizeof(char*);
  }
  /// Valid until the next change.
  [[nodiscard]] char* const* pointers() {
    pointers_.clear();
    for (const std::size_t offset : offsets_) pointers_.push_back(block_.data() + offset);
    pointers_.push_back(nullptr);
    return pointers_.data();
  }

 private:
  std::size_t append(std::string_view text) {
    const std::size_t offset = block_.size();
    block_.append(text);
    block_ += '\0';
    return offset;
  }
  std::string block_;
  std::vector<std::size_t> offsets_;
  std::vector<char*> pointers_;
};

/// A zero byte would silently cut the text that the child sees.
Result<void> check(const Command& command) {
  if (command.argv.empty()) return fail(Fault::bug, "a command without a program");
  for (const auto& argument : command.argv)
    if (argument.find('\0') != std::string::npos)
      return fail(Fault::step, fmt::format("cannot run {}: an argument holds a zero byte",
                                           printable(command.argv.front())));
  for (const auto& [name, value] : command.env)
    if (name.empty() || name.find_first_of(std::string_view("=\0", 2)) != std::string::npos ||
        value.find('\0') != std::string::npos)
      return fail(Fault::step,
                  fmt::format("cannot run {}: the environment variable '{}' cannot be passed on",
                              printable(command.argv.front()), printable(name)),
                  "its name holds '=' or nothing, or it holds a zero byte");
  return {};
}

class Attributes {
 public:
  Attributes() {
    ::posix_spawnattr_init(&value_);
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&value_, &none);
    ::posix_spawnattr_setsigdefault(&value_, &all);
    ::posix_spawnattr_setflags(&value_,
                               POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~Attributes() { ::posix_spawnattr_destroy(&value_); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  [[nodiscard]] const posix_spawnattr_t* get() const noexcept { return &value_; }

 private:
  posix_spawnattr_t value_{};
};

/// What happens in the child before it becomes the program. All can fail only for lack of memory,
/// which posix_spawn then meets, too.
class Actions {
 public:
  Actions() { ::posix_spawn_file_actions_init(&value_); }
  ~Actions() { ::posix_spawn_file_actions_destroy(&value_); }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;

  void streams(const ChildStreams& streams) {
    duplicate(streams.in, STDIN_FILENO);
    duplicate(streams.out, STDOUT_FILENO);
    duplicate(streams.err, STDERR_FILENO);
  }
  void close_all_but(const Jobserver* jobserver) {
    if (jobserver == nullptr || jobserver->read_fd() < 0) {
      ::posix_spawn_file_actions_addclosefrom_np(&value_, 3);
      return;
    }
    // Its descriptors have high numbers (see jobserver.hpp): they step down, the rest is closed,
    // they step back.
    duplicate(jobserver->read_fd(), 3);
    duplicate(jobserver->write_fd(), 4);
    ::posix_spawn_file_actions_addclosefrom_np(&value_, 5);
    duplicate(3, jobserver->read_fd());
    duplicate(4, jobserver->write_fd());
    ::posix_spawn_file_actions_addclose(&value_, 3);
    ::posix_spawn_file_actions_addclose(&value_, 4);
  }
  void directory(const char* path) { ::posix_spawn_file_actions_addchdir_np(&value_, path); }
  [[nodiscard]] const posix_spawn_file_actions_t* get() const noexcept { return &value_; }

 private:
  void duplicate(int from, int to) { ::posix_spawn_file_actions_adddup2(&value_, from, to); }
  posix_spawn_file_actions_t value_{};
};

int cannot_enter(const std::filesystem::path& directory) {
  struct stat info {};
  if (directory.empty()) return 0;
  if (::stat(directory.c_str(), &info) != 0) return errno;
  if (!S_ISDIR(info.st_mode)) return ENOTDIR;
  return ::access(directory.c_str(), X_OK) == 0 ? 0 : errno;
}

/// posix_spawn tells only a number; this finds out what it was about.
tl::unexpected<Error> spawn_error(int error, const Command& command, const std::string& program,
                                  std::size_t bytes) {
  if (const int reason = cannot_enter(command.directory); reason != 0)
    return fail(Fault::infrastructure, fmt::format("cannot enter the working directory {}: {}",
                                                   printable(command.directory.string()),
                                                   std::generic_category().message(reason)));
  const std::string what = fmt::format("cannot run {}", printable(program));
  const std::string why = std::generic_category().message(error);
  switch (error) {
    case E2BIG:
      return fail(Fault::step,
                  fmt::format("{}: its arguments and environment are too large ({})", what,
                              human_size(bytes)),
                  "no single one may exceed 128 KiB, all together 2 MiB by default; pass large "
                  "values in a file");
    case ENOENT:
      return fail(Fault::step,
                  fmt::format("{}: the interpreter that it names is not found (127)", what),
                  "look at its #! line, or at the loader of a binary: line ends of Windows?");
    case ENOEXEC:
      return fail(Fault::step, fmt::format("{}: neither a binary nor a script (126)", what),
                  "does it begin with a #! line?");
    case EACCES:
    case EPERM:
      return fail(Fault::step, fmt::format("{}: {} (126)", what, why),
                  "is its file system mounted noexec, or the interpreter not executable?");
    case EAGAIN:
    case ENOMEM:
      return fail(Fault::infrastructure, fmt::format("{}: {}", what, why),
                  "too many processes, or out of memory: fewer jobs (-j) may help");
    default:
      return fail(Fault::infrastructure, fmt::format("{}: {}", what, why));
  }
}

}  // namespace

Result<pid_t> spawn(const Command& command, const ChildStreams& streams,
                    const Jobserver* jobserver) {
  TRY(check(command));
  const std::string program =
      TRY(find_program(command.argv.front(), command.env, command.directory));
  Vector arguments;
  for (const auto& argument : command.argv) arguments.add(argument);
  Vector environment;
  environment.reserve(8192);
  for (const auto& [name, value] : command.env) environment.add(name, value);

  const Attributes attributes;
  Actions actions;
  actions.streams(streams);
  actions.close_all_but(jobserver);
  if (!command.directory.empty()) actions.directory(command.directory.c_str());

  pid_t pid = 0;
  int error = 0;
  // A script just written by this process is busy for a moment when another thread happens to be
  // between fork and exec with the descriptor still open.
  for (int attempt = 0; attempt < 50; ++attempt) {
    error = ::posix_spawn(&pid, program.c_str(), actions.get(), attributes.get(),
                          arguments.pointers(), environment.pointers());
    if (error != ETXTBSY) break;
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
  }
  if (error != 0)
    return spawn_error(error, command, program, arguments.bytes() + environment.bytes());
  return pid;
}

}  // namespace pipectl
