#include "core/engine/report_stream.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "core/base/text.hpp"

namespace pipectl {
namespace {

constexpr std::size_t chunk = 64 << 10;

Error unreadable(const std::filesystem::path& file, int error) {
  return {Fault::infrastructure,
          fmt::format("cannot read {}: {}", printable(file.string()),
                      std::system_category().message(error)),
          {}};
}

}  // namespace

ReportStream::ReportStream(CancelToken cancel) : cancel_(std::move(cancel)), buffer_(chunk) {}

Result<void> ReportStream::open(const std::filesystem::path& file) {
  file_ = file;
  // A pipe in the report's place must not hold up the stage.
  fd_ = UniqueFd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd_) return tl::unexpected(unreadable(file, errno));
  struct stat info {};
  if (::fstat(fd_.get(), &info) != 0) return tl::unexpected(unreadable(file, errno));
  if (!S_ISREG(info.st_mode)) return fail(Fault::step, "it is no regular file");
  if (static_cast<std::uint64_t>(info.st_size) > most_bytes)
    return fail(
        Fault::step,
        fmt::format("it has {}, more than the {} that are read",
                    human_size(static_cast<std::uint64_t>(info.st_size)), human_size(most_bytes)),
        "have the tool report less, or write several files");
  return {};
}

std::streamsize ReportStream::fill(char* target, std::streamsize size) {
  if (cut_by_ || cancel_.cancelled()) {
    if (!cut_by_) cut_by_ = Error{Fault::cancelled, "interrupted while its report was read", {}};
    return 0;
  }
  while (true) {
    const ssize_t got = ::read(fd_.get(), target, static_cast<std::size_t>(size));
    if (got >= 0) return got;
    if (errno == EINTR) continue;
    cut_by_ = unreadable(file_, errno);
    return 0;
  }
}

ReportStream::int_type ReportStream::underflow() {
  const auto got = fill(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  if (got <= 0) return traits_type::eof();
  setg(buffer_.data(), buffer_.data(), buffer_.data() + got);
  return traits_type::to_int_type(buffer_.front());
}

/// Large readings go past the buffer.
std::streamsize ReportStream::xsgetn(char* target, std::streamsize size) {
  const std::streamsize held = std::min<std::streamsize>(egptr() - gptr(), size);
  std::copy_n(gptr(), held, target);  // which may be none, from nowhere
  gbump(static_cast<int>(held));
  std::streamsize done = held;
  while (done < size) {
    const auto got = fill(target + done, size - done);
    if (got <= 0) break;
    done += got;
  }
  return done;
}

ReportStream::pos_type ReportStream::seekoff(off_type offset, std::ios_base::seekdir from,
                                             std::ios_base::openmode) {
  if (offset != 0 || from != std::ios_base::beg || ::lseek(fd_.get(), 0, SEEK_SET) != 0)
    return {off_type(-1)};
  setg(buffer_.data(), buffer_.data(), buffer_.data());
  return {off_type(0)};
}

ReportStream::pos_type ReportStream::seekpos(pos_type position, std::ios_base::openmode mode) {
  return seekoff(off_type(position), std::ios_base::beg, mode);
}

}  // namespace pipectl
