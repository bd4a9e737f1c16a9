#include "core/base/cancel.hpp"

#include <poll.h>

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <optional>
#include <thread>
#include <vector>

using namespace pipectl;

namespace {

bool readable(int fd) {
  pollfd watched{fd, POLLIN, 0};
  return ::poll(&watched, 1, 0) == 1;
}

/// Only a failing test ever waits this long.
constexpr Milliseconds long_time{60'000};

}  // namespace

TEST_CASE("a token of no source is never cancelled", "[cancel]") {
  const CancelToken token;
  CHECK_FALSE(token.cancelled());
  CHECK(token.fd() == -1);
  CHECK_FALSE(token.wait_for(Milliseconds{0}));
}

TEST_CASE("the reason only rises", "[cancel]") {
  CancelSource source;
  const auto token = source.token();
  CHECK(token.reason() == CancelReason::none);
  source.cancel(CancelReason::user);
  CHECK(token.reason() == CancelReason::user);
  source.cancel(CancelReason::hard);
  CHECK(token.reason() == CancelReason::hard);
  source.cancel(CancelReason::user);
  CHECK(token.reason() == CancelReason::hard);
}

TEST_CASE("each level has a descriptor of its own", "[cancel]") {
  CancelSource source;
  const auto token = source.token();
  const int above_none = token.fd();
  const int above_user = token.fd(CancelReason::user);
  REQUIRE(above_none >= 0);
  CHECK_FALSE(readable(above_none));

  source.cancel(CancelReason::user);
  CHECK(readable(above_none));
  CHECK(readable(above_none));  // nobody reads it, so every observer finds it so
  CHECK_FALSE(readable(above_user));

  source.cancel(CancelReason::hard);
  CHECK(readable(above_user));
  CHECK(token.fd(CancelReason::hard) == -1);
}

TEST_CASE("a rise over several levels wakes the observers of each", "[cancel]") {
  CancelSource source;
  const auto token = source.token();
  const int above_none = token.fd();
  source.cancel(CancelReason::hard);
  CHECK(readable(above_none));
  CHECK(readable(token.fd(CancelReason::user)));  // first asked for after the rise
}

TEST_CASE("a child follows its parent, not the other way round", "[cancel]") {
  CancelSource parent;
  CancelSource child(parent.token());
  CancelSource grandchild(child.token());
  const int fd = grandchild.token().fd();

  child.cancel(CancelReason::user);
  CHECK_FALSE(parent.token().cancelled());
  CHECK(grandchild.token().reason() == CancelReason::user);
  CHECK(readable(fd));

  parent.cancel(CancelReason::hard);
  CHECK(grandchild.token().reason() == CancelReason::hard);
}

TEST_CASE("a child of a cancelled parent starts cancelled", "[cancel]") {
  CancelSource parent;
  parent.cancel(CancelReason::user);
  const CancelSource child(parent.token());
  CHECK(child.token().reason() == CancelReason::user);
  CHECK(readable(child.token().fd()));
}

TEST_CASE("a child outlives the source that it follows", "[cancel]") {
  std::optional<CancelSource> parent(std::in_place);
  CancelSource child(parent->token());
  parent.reset();
  child.cancel(CancelReason::hard);
  CHECK(child.token().reason() == CancelReason::hard);
}

TEST_CASE("a token outlives its source", "[cancel]") {
  CancelToken token;
  {
    CancelSource source;
    token = source.token();
    source.cancel(CancelReason::user);
  }
  CHECK(token.reason() == CancelReason::user);
  CHECK(readable(token.fd()));
}

TEST_CASE("wait_for ends at the rise", "[cancel]") {
  CancelSource source;
  const auto token = source.token();
  std::thread canceller([&source] { source.cancel(CancelReason::user); });
  CHECK(token.wait_for(long_time));
  CHECK_FALSE(token.wait_for(Milliseconds{1}, CancelReason::user));
  canceller.join();
}

TEST_CASE("children come and go while the parent is cancelled", "[cancel]") {
  CancelSource parent;
  std::vector<std::thread> threads;
  std::atomic<int> woken{0};
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&woken, token = parent.token()] {
      while (!token.cancelled()) {
        const CancelSource child(token);
        static_cast<void>(child.token().fd());
      }
      if (CancelSource(token).token().wait_for(long_time)) ++woken;
    });
  parent.cancel(CancelReason::hard);
  for (auto& thread : threads) thread.join();
  CHECK(woken == 4);
}
