#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <sstream>

#include "core/exec/local_executor.hpp"
#include "tests/support/processes.hpp"

using namespace pipectl;
using namespace pipectl::test;

namespace {

SteadyTime in(Milliseconds time) { return std::chrono::steady_clock::now() + time; }

/// Refuses so often before it takes a piece; never, when `refusals` is negative.
class Reluctant final : public OutputSink {
 public:
  explicit Reluctant(int refusals) : refusals_(refusals), left_(refusals) {}

  bool offer(Stream, std::string& bytes, Milliseconds) override {
    if (left_ != 0) {
      --left_;
      refused_ = bytes;
      return false;
    }
    same_again_ = same_again_ && (refusals_ == 0 || refused_ == bytes);
    text_ += std::exchange(bytes, {});
    left_ = refusals_;
    return true;
  }
  bool end(Stream, Milliseconds) override {
    if (left_ != 0) {
      --left_;
      return false;
    }
    ++ends_;
    left_ = refusals_;
    return true;
  }
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] bool same_again() const { return same_again_; }
  [[nodiscard]] int ends() const { return ends_; }

 private:
  const int refusals_;
  int left_;
  std::string refused_;
  std::string text_;
  bool same_again_{true};
  int ends_{0};
};

std::string numbers(int count, const std::string& prefix) {
  std::string text;
  for (int i = 1; i <= count; ++i) text += prefix + std::to_string(i) + "\n";
  return text;
}

}  // namespace

TEST_CASE("a large output arrives whole and in order", "[output]") {
  Capture capture;
  const auto executor = make_local_executor(nullptr);
  auto process = executor->start(command({"seq", "1000000"}), capture).value();
  static_cast<void>(supervise(*process, std::nullopt, CancelToken(), Milliseconds{0}));
  CHECK(capture.out() == numbers(1'000'000, ""));
}

TEST_CASE("both streams at once keep their own order", "[output]") {
  Capture capture;
  const auto executor = make_local_executor(nullptr);
  auto process =
      executor
          ->start(shell("seq -f 'out %.0f' 200000 & seq -f 'err %.0f' 200000 >&2; wait"), capture)
          .value();
  static_cast<void>(supervise(*process, std::nullopt, CancelToken(), Milliseconds{0}));
  CHECK(capture.out() == numbers(200'000, "out "));
  CHECK(capture.err() == numbers(200'000, "err "));
}

TEST_CASE("a sink that refuses gets the same bytes again", "[output]") {
  Reluctant sink(3);
  const auto executor = make_local_executor(nullptr, Milliseconds{0});
  auto process = executor->start(command({"seq", "100000"}), sink).value();
  const auto finished = supervise(*process, std::nullopt, CancelToken(), Milliseconds{0});
  CHECK(finished.ended == Ended::by_itself);
  CHECK_FALSE(finished.drain_cut);  // nobody held the pipe; what is slow is the sink
  CHECK(sink.text() == numbers(100'000, ""));
  CHECK(sink.same_again());
  CHECK(sink.ends() == 2);
}

TEST_CASE("a sink that never takes anything does not hold up a timeout", "[output]") {
  Reluctant sink(-1);
  const auto executor = make_local_executor(nullptr, Milliseconds{50});
  auto process = executor->start(command({"yes"}), sink).value();
  const auto finished = supervise(*process, in(Milliseconds{100}), CancelToken(), long_time);
  CHECK(finished.ended == Ended::timed_out);
  CHECK(finished.drain_cut);
}

TEST_CASE("a sink that never takes anything does not hold up a cancellation", "[output]") {
  Reluctant sink(-1);
  CancelSource source;
  source.cancel(CancelReason::hard);
  const auto executor = make_local_executor(nullptr, Milliseconds{50});
  auto process = executor->start(shell("echo x; exec sleep 1000"), sink).value();
  const auto finished = supervise(*process, std::nullopt, source.token(), long_time);
  CHECK(finished.ended == Ended::cancelled);
}

TEST_CASE("what the child wrote last is not lost to a grandchild", "[output]") {
  Capture capture;
  const auto executor = make_local_executor(nullptr, Milliseconds{0});
  auto process = executor->start(shell("sleep 1000 & seq 3000; echo last"), capture).value();
  const auto finished = supervise(*process, std::nullopt, CancelToken(), Milliseconds{0});
  CHECK(finished.drain_cut);
  CHECK(capture.out() == numbers(3'000, "") + "last\n");
}
