#include "stages/report_output.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "core/base/write_all.hpp"
#include "core/store/io_error.hpp"

namespace pipectl::stages {

Result<void> ReportOutput::open(const std::filesystem::path& file) {
  file_ = file;
  fd_ = UniqueFd(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (!fd_) return store::io_error("write", file_, errno);
  return {};
}

bool ReportOutput::offer(Stream stream, std::string& bytes, Milliseconds wait) {
  if (stream == Stream::err) return log_.offer(stream, bytes, wait);
  const int error = failure_ ? 0 : write_all(fd_.get(), bytes);
  if (error != 0) failure_ = store::io_error("write", file_, error).value();
  bytes.clear();
  return true;
}

bool ReportOutput::end(Stream stream, Milliseconds wait) { return log_.end(stream, wait); }

}  // namespace pipectl::stages
