#include "cli/sinks/text_writer.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <chrono>
#include <string>

using pipectl::Milliseconds;
using pipectl::sinks::TextWriter;
using namespace std::chrono_literals;

namespace {

std::chrono::steady_clock::time_point in(Milliseconds time) {
  return std::chrono::steady_clock::now() + time;
}

struct Ends {
  int reader{-1};
  int writer{-1};
  void close_reader() {
    if (reader >= 0) ::close(reader);
    reader = -1;
  }
  ~Ends() {
    close_reader();
    ::close(writer);
  }
};

void open_pipe(Ends& ends) {
  int fds[2];
  REQUIRE(::pipe2(fds, O_CLOEXEC) == 0);
  ends.reader = fds[0];
  ends.writer = fds[1];
}

void open_sockets(Ends& ends) {
  int fds[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
  ends.reader = fds[0];
  ends.writer = fds[1];
}

std::string read_bytes(int fd, std::size_t count) {
  std::string text;
  std::array<char, 4096> buffer{};
  while (text.size() < count) {
    const auto got = ::read(fd, buffer.data(), buffer.size());
    if (got <= 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return text;
}

using Open = void (*)(Ends&);
const Open kinds[] = {open_pipe, open_sockets};

}  // namespace

TEST_CASE("everything written arrives, in order") {
  for (const auto open : kinds) {
    Ends ends;
    open(ends);
    std::string expected;
    {
      TextWriter writer{ends.writer};
      for (int i = 0; i < 1000; ++i) {
        const auto line = "line " + std::to_string(i) + '\n';
        expected += line;
        writer.write(line);
      }
      CHECK(writer.finish(in(60s)));
      CHECK(writer.idle());
      CHECK(writer.error() == 0);
      writer.write("too late");
    }
    CHECK(read_bytes(ends.reader, expected.size()) == expected);
  }
}

TEST_CASE("a reader that stalls holds nobody up, and gets everything when it reads again") {
  for (const auto open : kinds) {
    Ends ends;
    open(ends);
    TextWriter writer{ends.writer, 64U << 10U};
    const std::string block(32U << 10U, 'x');
    std::size_t written = 0;
    // Far more than any pipe or socket holds: a blocking write would hang here for ever.
    for (int i = 0; i < 128; ++i) {
      writer.write(block);
      written += block.size();
    }
    CHECK(writer.congested());
    CHECK_FALSE(writer.idle());
    CHECK(read_bytes(ends.reader, written).size() == written);
    writer.finish(in(60s));
    CHECK(writer.idle());
    CHECK_FALSE(writer.congested());
  }
}

TEST_CASE("finish gives a stalled reader up at the deadline") {
  for (const auto open : kinds) {
    Ends ends;
    open(ends);
    TextWriter writer{ends.writer};
    writer.write(std::string(8U << 20U, 'x'));
    CHECK_FALSE(writer.finish(in(10ms)));  // hangs for ever when it waits for the reader
    CHECK_FALSE(writer.finish(in(10ms)));
  }
}

TEST_CASE("a reader that has gone away is no error of ours: the rest is dropped") {
  for (const auto open : kinds) {
    Ends ends;
    open(ends);
    ends.close_reader();
    TextWriter writer{ends.writer, 1024};
    writer.write(std::string(100'000, 'x'));
    writer.finish(in(60s));
    CHECK(writer.error() == EPIPE);
    CHECK_FALSE(writer.congested());
  }
}

TEST_CASE("the descriptor's flags, which others share, stay as they were") {
  Ends ends;
  open_pipe(ends);
  const int before = ::fcntl(ends.writer, F_GETFL);
  TextWriter writer{ends.writer};
  writer.write("x");
  CHECK(::fcntl(ends.writer, F_GETFL) == before);
  writer.finish(in(60s));
}

TEST_CASE("a full disk is told") {
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  REQUIRE(full >= 0);
  TextWriter writer{full};
  writer.write("x");
  writer.finish(in(60s));
  CHECK(writer.error() == ENOSPC);
  ::close(full);
}
