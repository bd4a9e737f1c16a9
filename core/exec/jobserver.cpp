#include "core/exec/jobserver.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "core/base/unique_fd.hpp"
#include "core/exec/makeflags.hpp"
#include "core/exec/pipe.hpp"

namespace pipectl {
namespace {

constexpr unsigned most_slots = 4096;  // as many tokens as every pipe takes without blocking
constexpr int lowest_number = 100;
constexpr char token = '+';

tl::unexpected<Error> jobserver_error(int error) {
  return fail(Fault::infrastructure,
              fmt::format("cannot make the jobserver: {}", std::generic_category().message(error)));
}

/// How the children reach the pipe.
class Access {
 public:
  virtual ~Access() = default;
  [[nodiscard]] virtual std::string auth() const = 0;
  [[nodiscard]] virtual int read_fd() const noexcept { return -1; }
  [[nodiscard]] virtual int write_fd() const noexcept { return -1; }
};

class InheritedPipe final : public Access {
 public:
  InheritedPipe(UniqueFd read, UniqueFd write) : read_(std::move(read)), write_(std::move(write)) {}
  [[nodiscard]] std::string auth() const override {
    return fmt::format("{},{}", read_.get(), write_.get());
  }
  [[nodiscard]] int read_fd() const noexcept override { return read_.get(); }
  [[nodiscard]] int write_fd() const noexcept override { return write_.get(); }

 private:
  UniqueFd read_;
  UniqueFd write_;
};

/// A named pipe in a folder of its own; both go with this object.
class NamedPipe final : public Access {
 public:
  explicit NamedPipe(std::filesystem::path folder) : folder_(std::move(folder)) {}
  ~NamedPipe() override {
    ::unlink(path().c_str());
    ::rmdir(folder_.c_str());
  }
  NamedPipe(const NamedPipe&) = delete;
  NamedPipe& operator=(const NamedPipe&) = delete;
  [[nodiscard]] std::filesystem::path path() const { return folder_ / "fifo"; }
  [[nodiscard]] std::string auth() const override { return "fifo:" + path().string(); }

 private:
  std::filesystem::path folder_;
};

class PipeJobserver final : public Jobserver {
 public:
  PipeJobserver(unsigned slots, std::unique_ptr<Access> access, UniqueFd own)
      : slots_(slots), access_(std::move(access)), own_(std::move(own)) {
    put(slots_);
  }

  [[nodiscard]] unsigned slots() const noexcept override { return slots_; }
  [[nodiscard]] int fd() const noexcept override { return own_.get(); }
  [[nodiscard]] int read_fd() const noexcept override { return access_->read_fd(); }
  [[nodiscard]] int write_fd() const noexcept override { return access_->write_fd(); }

  bool try_acquire(unsigned count) noexcept override {
    const unsigned got = take(count);
    if (got == count) {
      held_ += count;
      return true;
    }
    put(got);
    return false;
  }

  void release(unsigned count) noexcept override {
    const unsigned back = std::min(count, held_);
    held_ -= back;
    put(back);
  }

  unsigned refill_when_idle() noexcept override {
    int there = 0;
    if (held_ != 0 || ::ioctl(own_.get(), FIONREAD, &there) != 0) return 0;
    const auto present = static_cast<unsigned>(there);
    if (present >= slots_) {
      take(present - slots_);
      return 0;
    }
    put(slots_ - present);
    return slots_ - present;
  }

  void describe(EnvMap& env) const override {
    std::string& flags = env["MAKEFLAGS"];
    flags = with_jobserver(flags, slots_, access_->auth());
    // make reads it before MAKEFLAGS and would find a second number of jobs there.
    env.erase("MFLAGS");
  }

 private:
  /// Takes up to `count` tokens that are there now; returns how many.
  unsigned take(unsigned count) noexcept {
    std::array<char, most_slots> tokens{};
    unsigned got = 0;
    while (got < count) {
      const ssize_t size =
          ::read(own_.get(), tokens.data(), std::min<std::size_t>(tokens.size(), count - got));
      if (size < 0 && errno == EINTR) continue;
      if (size <= 0) break;
      got += static_cast<unsigned>(size);
    }
    return got;
  }

  void put(unsigned count) noexcept {
    std::array<char, most_slots> tokens{};
    tokens.fill(token);
    // There is room for all tokens that exist, so only a signal can come in between.
    while (count > 0) {
      const ssize_t size =
          ::write(own_.get(), tokens.data(), std::min<std::size_t>(tokens.size(), count));
      if (size < 0 && errno != EINTR) return;
      if (size > 0) count -= static_cast<unsigned>(size);
    }
  }

  const unsigned slots_;
  const std::unique_ptr<Access> access_;
  const UniqueFd own_;  // for reading and writing, never blocks
  unsigned held_{0};
};

/// On Linux a pipe may be opened for both. Source: fifo(7).
Result<UniqueFd> open_for_server(const std::string& path) {
  UniqueFd own(::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
  if (!own) return jobserver_error(errno);
  return moved_up(std::move(own), lowest_number);
}

Result<std::unique_ptr<Jobserver>> create_pipe(unsigned slots) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return jobserver_error(errno);
  UniqueFd read(ends[0]);
  UniqueFd write(ends[1]);
  UniqueFd own = TRY(open_for_server(fmt::format("/proc/self/fd/{}", read.get())));
  read = TRY(moved_up(std::move(read), lowest_number));
  write = TRY(moved_up(std::move(write), lowest_number));
  return std::make_unique<PipeJobserver>(
      slots, std::make_unique<InheritedPipe>(std::move(read), std::move(write)), std::move(own));
}

Result<std::unique_ptr<Jobserver>> create_fifo(unsigned slots) {
  std::error_code error;
  auto folder = (std::filesystem::temp_directory_path(error) / "pipectl-jobs-XXXXXX").string();
  if (error || ::mkdtemp(folder.data()) == nullptr) return jobserver_error(errno);
  auto access = std::make_unique<NamedPipe>(folder);
  if (::mkfifo(access->path().c_str(), 0600) != 0) return jobserver_error(errno);
  UniqueFd own = TRY(open_for_server(access->path().string()));
  return std::make_unique<PipeJobserver>(slots, std::move(access), std::move(own));
}

}  // namespace

Result<std::unique_ptr<Jobserver>> Jobserver::create(unsigned slots, JobserverStyle style) {
  if (slots == 0 || slots > most_slots)
    return fail(Fault::usage, fmt::format("{} jobs at once cannot be had", slots),
                fmt::format("from 1 to {} can", most_slots));
  return style == JobserverStyle::pipe ? create_pipe(slots) : create_fifo(slots);
}

}  // namespace pipectl
