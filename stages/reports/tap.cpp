// TAP 12 to 14: test points, subtests by indentation, a plan before or after, YAML blocks. A test
// point with subtests only sums them up: then they are counted, and it is not.
#include <fmt/format.h>

#include <optional>
#include <vector>

#include "core/base/text.hpp"
#include "stages/reports/lines.hpp"
#include "stages/reports/make_reader.hpp"
#include "stages/reports/reports.hpp"
#include "stages/reports/xml.hpp"

namespace pipectl::stages {
namespace {

using report::TestCase;
using report::TestOutcome;

bool has_directive(std::string_view text, std::string_view word) {
  if (text.size() < word.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i)
    if ((text[i] | 0x20) != word[i]) return false;
  return true;
}

/// The word, and behind it a blank or nothing: `okay` is none.
bool begins_with_word(std::string_view text, std::string_view word) {
  return text.starts_with(word) &&
         (text.size() == word.size() || text[word.size()] == ' ' || text[word.size()] == '\t');
}

class Tap {
 public:
  explicit Tap(ReportSink& sink) : sink_(sink) {}

  Result<void> line(std::string_view line) {
    const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
    const std::string_view text = trim(line);
    if (in_block_) {
      if (text == "...") in_block_ = false;
      if (test_) detail(text);
      return {};
    }
    if (text == "---" && test_) {
      in_block_ = true;
    } else if (begins_with_word(text, "ok") || begins_with_word(text, "not ok")) {
      point(text, indent);
    } else if (text.starts_with("1..")) {
      plan(text.substr(3), indent);
    } else if (text.starts_with("Bail out!")) {
      flush();
      bailed_out_ = true;
      sink_.test({"", "Bail out!", TestOutcome::error, {}, std::string(trim(text.substr(9))), ""});
    }
    return {};
  }

  Result<void> end() {
    flush();
    if (bailed_out_) return {};
    if (in_block_) return fail(Fault::step, "it ends in the middle of a test's details");
    if (!plan_ && points_ == 0)
      return fail(Fault::step, "no TAP: there is neither a plan (1..N) nor a test");
    if (!plan_)
      return fail(Fault::step, "the plan (1..N) is missing: it ends in the middle",
                  "was the test program stopped?");
    if (*plan_ != points_)
      return fail(Fault::step,
                  fmt::format("the plan is {} tests, but there are {}", *plan_, points_),
                  "was the test program stopped?");
    return {};
  }

 private:
  void plan(std::string_view text, std::size_t indent) {
    if (indent == 0)
      if (const auto count = take_number(text)) plan_ = *count;
  }

  void point(std::string_view text, std::size_t indent) {
    flush();
    TestCase test;
    if (text.starts_with("not ")) {
      test.outcome = TestOutcome::failed;
      text.remove_prefix(4);
    }
    text.remove_prefix(2);
    text = trim(text);
    static_cast<void>(take_number(text));
    text = trim(text);
    if (text.starts_with("- ")) text.remove_prefix(2);
    if (const auto hash = text.find(" #"); hash != text.npos || text.starts_with('#'))
      text = directive(text, text.starts_with('#') ? 0 : hash + 1, test);
    test.name = text;
    if (indent == 0) ++points_;
    if (!sums_up(indent, test)) test_ = std::move(test);
  }

  /// `# SKIP why`, `# TODO why`: what is to be done may fail.
  static std::string_view directive(std::string_view text, std::size_t hash, TestCase& test) {
    const std::string_view word = trim(text.substr(hash + 1));
    const bool skip = has_directive(word, "skip");
    if (!skip && !has_directive(word, "todo")) return text;
    if (skip || test.outcome == TestOutcome::failed) {
      test.outcome = TestOutcome::skipped;
      test.message = word;
    }
    return trim(text.substr(0, hash));
  }

  /// Whether there were points below this one since the last one on its level. A failure that none
  /// of them shows is its own.
  bool sums_up(std::size_t indent, const TestCase& test) {
    bool below = false;
    bool failed = false;
    while (!open_.empty() && open_.back().indent > indent) {
      below = true;
      failed = failed || open_.back().failed;
      open_.pop_back();
    }
    const bool bad = test.outcome == TestOutcome::failed;
    if (open_.empty() || open_.back().indent < indent) open_.push_back({indent, false});
    open_.back().failed = open_.back().failed || bad || failed;
    return below && (!bad || failed);
  }

  void detail(std::string_view text) {
    const auto colon = text.find(':');
    if (colon == text.npos) return;
    const auto key = text.substr(0, colon);
    auto value = trim(text.substr(colon + 1));
    if (value.size() > 1 && (value.front() == '\'' || value.front() == '"') &&
        value.back() == value.front())
      value = value.substr(1, value.size() - 2);
    if (key == "duration_ms")
      test_->duration = std::chrono::duration<double>(report_number(value).value_or(0) / 1'000);
    if ((key == "error" || key == "message") && test_->message.empty()) test_->message = value;
  }

  void flush() {
    if (test_) sink_.test(std::move(*test_));
    test_.reset();
  }

  struct Level {
    std::size_t indent;
    bool failed;
  };

  ReportSink& sink_;
  std::optional<TestCase> test_;
  std::vector<Level> open_;
  std::optional<std::uint32_t> plan_;
  std::uint32_t points_{0};
  bool in_block_{false};
  bool bailed_out_{false};
};

Result<void> read_tap(std::istream& in, ReportSink& sink) {
  sink.counts(ReportSink::Counts::tests);
  Tap tap(sink);
  TRY(read_lines(in, [&](std::size_t, std::string_view line) { return tap.line(line); }));
  return tap.end();
}

}  // namespace

std::unique_ptr<ReportReader> make_tap_reader() {
  return make_reader("tap", "Test results in the Test Anything Protocol", read_tap);
}

}  // namespace pipectl::stages
