// There is no one JUnit format: every tool writes what its first reader understood. Known here:
// pytest, Jest, Surefire and Gradle (with reruns), GoogleTest, CTest, Catch2, go-junit-report,
// PHPUnit (nested suites). Counts in attributes are often wrong, so cases are counted; they only
// serve to notice a suite that failed without naming a case.
#include <fmt/format.h>

#include <utility>
#include <vector>

#include "core/base/text.hpp"
#include "stages/reports/make_reader.hpp"
#include "stages/reports/reports.hpp"
#include "stages/reports/xml.hpp"

namespace pipectl::stages {
namespace {

using report::TestCase;
using report::TestOutcome;

constexpr std::size_t longest_message = 4'096;
constexpr std::string_view catch2_may_fail = "TEST_CASE tagged with !";

struct Suite {
  std::string name;
  double told{0};      ///< failures and errors, by its attributes
  bool failed{false};  ///< a case of it, or of a suite in it
};

class JUnit final : public XmlHandler {
 public:
  explicit JUnit(ReportSink& sink) : sink_(sink) {}

  void open(std::string_view name, const XmlAttributes& attributes) override {
    if (in_message_) {
      ++inside_message_;
      return;
    }
    if (suites_.empty() && name != "testsuites" && name != "testsuite")
      return refuse(fmt::format("the root is <{}>, not <testsuites> or <testsuite>", name));
    if (name == "testsuites" || name == "testsuite") return open_suite(attributes);
    if (name == "testcase") return open_case(attributes);
    if (case_) judge(name, attributes);
  }

  void close(std::string_view name) override {
    if (inside_message_ > 0) {
      --inside_message_;
    } else if (in_message_) {
      in_message_ = false;
    } else if (case_ && name == "testcase") {
      end_case();
    } else if (name == "testsuite" || name == "testsuites") {
      end_suite();
    }
  }

  void text(std::string_view piece) override {
    if (!in_message_ || !takes_text_ || case_->message.size() > longest_message) return;
    case_->message += piece;
  }

 private:
  void open_suite(const XmlAttributes& attributes) {
    Suite suite;
    suite.name = attributes.text("name");
    suite.told =
        attributes.number("failures").value_or(0) + attributes.number("errors").value_or(0);
    suites_.push_back(std::move(suite));
  }

  void open_case(const XmlAttributes& attributes) {
    TestCase test;
    test.name = attributes.text("name");
    test.suite = attributes.text("classname");
    if (test.suite.empty()) test.suite = suites_.back().name;
    test.file = attributes.text("file");
    test.duration = std::chrono::duration<double>(attributes.number("time").value_or(0));
    // GoogleTest and CTest tell by attribute what others tell by an element.
    const auto status = attributes.text("status");
    const auto result = attributes.text("result");
    not_run_ = status == "notrun";
    may_fail_ = false;
    if (status == "notrun" || status == "disabled" || status == "skipped" || result == "skipped" ||
        result == "suppressed")
      test.outcome = TestOutcome::skipped;
    if (status == "fail" || status == "failed") test.outcome = TestOutcome::failed;
    case_ = std::move(test);
  }

  void judge(std::string_view name, const XmlAttributes& attributes) {
    const TestOutcome before = case_->outcome;
    if (may_fail_) return;
    const bool is_final = before == TestOutcome::failed || before == TestOutcome::error;
    if (name == "failure") {
      case_->outcome = before == TestOutcome::error ? before : TestOutcome::failed;
    } else if (name == "error") {
      case_->outcome = TestOutcome::error;
    } else if (name == "skipped") {
      const auto why = attributes.text("message");
      may_fail_ = why.starts_with(catch2_may_fail);
      case_->outcome = is_final ? before : skipped_or_broken(why);
    } else if (name == "flakyFailure" || name == "flakyError") {
      case_->outcome = is_final ? before : TestOutcome::flaky;
    } else {
      return;
    }
    in_message_ = true;
    takes_text_ = case_->message.empty();
    if (!takes_text_) return;
    case_->message = attributes.text("message").substr(0, longest_message);
    if (says_nothing(case_->message)) verdict_ = std::exchange(case_->message, {});
    takes_text_ = case_->message.empty();
  }

  /// What go-junit-report has for every test that failed: why stands in the element.
  [[nodiscard]] static bool says_nothing(std::string_view message) {
    return message == "Failed" || message == "Error" || message == "Skipped" ||
           message == "Build error";
  }

  /// CTest calls a test whose program is not there "skipped", though it fails for it.
  [[nodiscard]] TestOutcome skipped_or_broken(std::string_view why) const {
    const bool broken = not_run_ && !why.empty() && !why.starts_with("SKIP_") && why != "Disabled";
    return broken ? TestOutcome::error : TestOutcome::skipped;
  }

  void end_case() {
    if (const auto text = trim(case_->message); text.size() != case_->message.size())
      case_->message = std::string(text);
    if (case_->message.empty()) case_->message = std::move(verdict_);
    verdict_.clear();
    if (case_->outcome == TestOutcome::failed || case_->outcome == TestOutcome::error)
      suites_.back().failed = true;
    sink_.test(std::move(*case_));
    case_.reset();
  }

  void end_suite() {
    const Suite suite = std::move(suites_.back());
    suites_.pop_back();
    const bool unnamed = suite.told > 0 && !suite.failed;
    if (unnamed)
      sink_.test({suite.name,
                  "(the suite itself)",
                  TestOutcome::error,
                  {},
                  fmt::format("the suite counts {} failed, and names none", suite.told),
                  {}});
    if (!suites_.empty() && (suite.failed || unnamed)) suites_.back().failed = true;
  }

  ReportSink& sink_;
  std::vector<Suite> suites_;
  std::optional<TestCase> case_;
  std::string verdict_;   ///< a message that only says the outcome once more
  bool not_run_{false};   ///< says its attribute
  bool may_fail_{false};  ///< Catch2's [!mayfail] and [!shouldfail]: its failure is no failure
  bool in_message_{false};
  bool takes_text_{false};         ///< the message has no attribute: its text is it
  std::size_t inside_message_{0};  ///< open elements; whatever their names, they are its text
};

Result<void> read_junit(std::istream& in, ReportSink& sink) {
  sink.counts(ReportSink::Counts::tests);
  JUnit junit(sink);
  return read_xml(in, junit);
}

}  // namespace

std::unique_ptr<ReportReader> make_junit_reader() {
  return make_reader("junit",
                     "Test results as XML, in the dialects of pytest, Jest, Surefire, GoogleTest, "
                     "CTest, Catch2 and go-junit-report",
                     read_junit);
}

}  // namespace pipectl::stages
