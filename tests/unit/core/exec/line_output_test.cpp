#include "core/exec/line_output.hpp"

#include <catch2/catch_test_macros.hpp>
#include <utility>
#include <vector>

using namespace pipectl;

namespace {

constexpr Milliseconds no_time{0};

class Lines final : public LineSink {
 public:
  bool offer(Stream stream, std::string& lines, Milliseconds) override {
    if (refusals_ > 0) {
      --refusals_;
      return false;
    }
    pieces_.emplace_back(stream, std::exchange(lines, {}));
    return true;
  }
  void refuse(int times) { refusals_ = times; }
  [[nodiscard]] std::vector<std::string> take(Stream stream = Stream::out) {
    std::vector<std::string> taken;
    for (auto& [from, text] : std::exchange(pieces_, {}))
      if (from == stream) taken.push_back(std::move(text));
    return taken;
  }

 private:
  int refusals_{0};
  std::vector<std::pair<Stream, std::string>> pieces_;
};

class Fixture {
 public:
  Fixture() {
    REQUIRE(redactor_.add("S", "hunter2!"));
    output_ = make_line_output(redactor_, lines);
  }
  bool offer(std::string bytes, Stream stream = Stream::out) {
    return output_->offer(stream, bytes, no_time);
  }
  bool end(Stream stream = Stream::out) { return output_->end(stream, no_time); }
  Lines lines;

 private:
  Redactor redactor_;
  std::unique_ptr<OutputSink> output_;
};

using Pieces = std::vector<std::string>;

}  // namespace

TEST_CASE("whole lines at once, an unfinished one later", "[lines]") {
  Fixture output;
  CHECK(output.offer("one\ntwo\nthr"));
  CHECK(output.lines.take() == Pieces{"one\ntwo\n"});
  CHECK(output.offer("ee"));
  CHECK(output.lines.take().empty());
  CHECK(output.offer("!\n"));
  CHECK(output.lines.take() == Pieces{"three!\n"});
  CHECK(output.end());
  CHECK(output.lines.take().empty());
}

TEST_CASE("the last line without a line break comes at the end", "[lines]") {
  Fixture output;
  CHECK(output.offer("50%\r60%\r"));
  CHECK(output.lines.take().empty());
  CHECK(output.end());
  CHECK(output.lines.take() == Pieces{"50%\r60%\r"});
}

TEST_CASE("bytes stay as they are", "[lines]") {
  Fixture output;
  const std::string odd("a\r\n\xff\xfe\0\x1b[31m\n\n", 13);
  CHECK(output.offer(odd));
  CHECK(output.lines.take() == Pieces{odd});
}

TEST_CASE("streams do not mix", "[lines]") {
  Fixture output;
  CHECK(output.offer("out "));
  CHECK(output.offer("err\n", Stream::err));
  CHECK(output.offer("put\n"));
  CHECK(output.end(Stream::err));
  CHECK(output.lines.take() == Pieces{"out put\n"});
  CHECK(output.offer("more\n"));
  CHECK(output.lines.take() == Pieces{"more\n"});
}

TEST_CASE("a secret in two pieces, over the end of a line too", "[lines]") {
  Fixture output;
  CHECK(output.offer("pw hunt"));
  CHECK(output.offer("er2!\nhunter"));
  CHECK(output.lines.take() == Pieces{"pw ***\n"});
  CHECK(output.end());
  CHECK(output.lines.take() == Pieces{"hunter"});
}

TEST_CASE("a refusal loses and doubles nothing", "[lines]") {
  Fixture output;
  output.lines.refuse(2);
  std::string bytes = "one\ntwo";
  CHECK_FALSE(output.offer(bytes));
  CHECK_FALSE(output.offer(bytes));
  CHECK(output.offer(bytes));
  CHECK(output.lines.take() == Pieces{"one\n"});
  output.lines.refuse(1);
  CHECK_FALSE(output.end());
  CHECK(output.end());
  CHECK(output.lines.take() == Pieces{"two"});
}

TEST_CASE("an endless line comes in pieces", "[lines]") {
  Fixture output;
  const std::string much(70'000, 'x');
  CHECK(output.offer("first\n" + much));
  CHECK(output.lines.take() == Pieces{"first\n" + much});
  CHECK(output.offer(std::string(60'000, 'y')));
  CHECK(output.lines.take().empty());
  CHECK(output.offer(std::string(10'000, 'y')));
  CHECK(output.lines.take() == Pieces{std::string(70'000, 'y')});
  CHECK(output.offer("\n"));
  CHECK(output.lines.take() == Pieces{"\n"});
}

TEST_CASE("a piece does not end within a character", "[lines]") {
  for (std::size_t cut = 1; cut <= 3; ++cut) {
    Fixture output;
    const std::string face = "\xf0\x9f\x98\x80";
    const std::string much(70'000, 'x');
    CHECK(output.offer(much + face.substr(0, cut)));
    CHECK(output.lines.take() == Pieces{much});
    CHECK(output.offer(face.substr(cut) + much));
    CHECK(output.lines.take() == Pieces{face + much});
  }
  Fixture output;
  const std::string stray = std::string(70'000, 'x') + "\x80\x80\x80\x80";
  CHECK(output.offer(stray));
  CHECK(output.lines.take() == Pieces{stray});
}
