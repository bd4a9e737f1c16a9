#include "core/notify/pacer.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace pipectl;
using namespace pipectl::notify;
using namespace std::chrono_literals;

namespace {
const SteadyTime start{1000s};
}

TEST_CASE("a burst, then one each gap", "[pacer]") {
  Pacer pacer{{3, 1s}};
  for (int i = 0; i < 3; ++i) CHECK(pacer.take(start) == 0ms);
  CHECK(pacer.take(start) == 1s);
  CHECK(pacer.take(start + 400ms) == 600ms);
  CHECK(pacer.take(start + 1s) == 0ms);
  CHECK(pacer.take(start + 1s) == 1s);
  CHECK(pacer.take(start + 2s) == 0ms);
}

TEST_CASE("rest fills the bucket up, and no more", "[pacer]") {
  Pacer pacer{{2, 1s}};
  CHECK(pacer.take(start) == 0ms);
  CHECK(pacer.take(start) == 0ms);
  for (int i = 0; i < 2; ++i) CHECK(pacer.take(start + 1h) == 0ms);
  CHECK(pacer.take(start + 1h) > 0ms);
}

TEST_CASE("no gap is no limit", "[pacer]") {
  Pacer pacer{Pace{}};
  for (int i = 0; i < 1000; ++i) CHECK(pacer.take(start) == 0ms);
}

TEST_CASE("waits double, end somewhere, and are not the same for all", "[pacer]") {
  const Backoff backoff{1s, 300s};
  CHECK(backoff.wait(1, 1) == 1s);
  CHECK(backoff.wait(1, 0) == 500ms);
  CHECK(backoff.wait(2, 1) == 2s);
  CHECK(backoff.wait(5, 1) == 16s);
  CHECK(backoff.wait(9, 1) == 256s);
  CHECK(backoff.wait(10, 1) == 300s);
  CHECK(backoff.wait(1'000'000, 1) == 300s);
}
