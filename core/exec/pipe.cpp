#include "core/exec/pipe.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "core/base/write_all.hpp"

namespace pipectl {
namespace {

constexpr int above_stdio = 3;

tl::unexpected<Error> no_descriptor(std::string_view what, int error) {
  return fail(Fault::infrastructure,
              fmt::format("cannot make {}: {}", what, std::generic_category().message(error)),
              error == EMFILE || error == ENFILE
                  ? "raise the limit of open files (ulimit -n), or run fewer jobs (-j)"
                  : "");
}

}  // namespace

Result<UniqueFd> moved_up(UniqueFd fd, int lowest) {
  if (fd.get() >= lowest) return fd;
  UniqueFd moved(::fcntl(fd.get(), F_DUPFD_CLOEXEC, lowest));
  if (!moved) return no_descriptor("a descriptor", errno);
  return moved;
}

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return no_descriptor("a pipe", errno);
  Pipe made{UniqueFd(ends[0]), UniqueFd(ends[1])};
  // Only this end: the two do not share their flags.
  if (::fcntl(made.read.get(), F_SETFL, O_NONBLOCK) != 0) return no_descriptor("a pipe", errno);
  made.read = TRY(moved_up(std::move(made.read), above_stdio));
  made.write = TRY(moved_up(std::move(made.write), above_stdio));
  return made;
}

Result<UniqueFd> make_input(std::string_view bytes) {
  // A file in memory rather than a pipe: nobody has to feed it while the child runs, and a child
  // that never reads it holds up nothing.
  UniqueFd file(::memfd_create("stdin", MFD_CLOEXEC));
  if (!file) return no_descriptor("the input of a command", errno);
  if (const int error = write_all(file.get(), bytes))
    return no_descriptor("the input of a command", error);
  if (::lseek(file.get(), 0, SEEK_SET) != 0) return no_descriptor("the input of a command", errno);
  return moved_up(std::move(file), above_stdio);
}

Result<UniqueFd> open_null() {
  UniqueFd file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (!file) return no_descriptor("/dev/null", errno);
  return moved_up(std::move(file), above_stdio);
}

}  // namespace pipectl
