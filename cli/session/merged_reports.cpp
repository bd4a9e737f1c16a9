#include "cli/session/merged_reports.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <initializer_list>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/session/sarif.hpp"
#include "core/store/io_error.hpp"
#include "core/store/report_files.hpp"

namespace pipectl::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using report::Finding;
using report::Severity;
using report::TestCase;
using report::TestOutcome;

std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// A file that comes to be with its first item.
class LazyFile {
 public:
  LazyFile(fs::path file, std::string head, std::string foot)
      : file_(std::move(file)), head_(std::move(head)), foot_(std::move(foot)) {}

  std::ostream& stream() {
    if (!out_) {
      out_.emplace(file_, std::ios::binary | std::ios::trunc);
      *out_ << head_;
    }
    return *out_;
  }
  Result<void> close() {
    if (!out_) return {};
    *out_ << foot_;
    out_->close();
    if (!*out_) return store::io_error("write", file_, errno == 0 ? EIO : errno);
    return {};
  }

 private:
  fs::path file_;
  std::string head_;
  std::string foot_;
  std::optional<std::ofstream> out_;
};

std::string_view first_of(std::initializer_list<std::string_view> texts) {
  const auto* const found = std::ranges::find_if(texts, [](auto text) { return !text.empty(); });
  return found == texts.end() ? "" : *found;
}

/// GitLab takes no other; what lies in an image is whole.
std::string_view relative_path(std::string_view path) {
  path.remove_prefix(std::min(path.find_first_not_of('/'), path.size()));
  return path;
}

/// https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
/// All of it has to be there; what a finding does not have its stage stands for.
Json gitlab_issue(const Finding& finding, std::string_view stage) {
  constexpr auto severity_of = [](Severity severity) {
    switch (severity) {
      case Severity::critical:
        return "blocker";
      case Severity::high:
        return "critical";
      case Severity::error:
      case Severity::medium:
        return "major";
      case Severity::info:
        return "info";
      default:
        return "minor";
    }
  };
  return {{"description", first_of({finding.message, finding.rule, stage})},
          {"check_name", first_of({finding.rule, stage})},
          {"fingerprint", finding.fingerprint},
          {"severity", severity_of(finding.severity)},
          {"location",
           {{"path", first_of({relative_path(finding.path), finding.package, "."})},
            {"lines", {{"begin", std::max(finding.line, 1U)}}}}}};
}

/// For text and attributes. XML has no way to write other control characters.
std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '&')
      safe += "&amp;";
    else if (c == '<')
      safe += "&lt;";
    else if (c == '>')
      safe += "&gt;";
    else if (c == '"')
      safe += "&quot;";
    else if (c == '\n' || c == '\t' || c == '\r')
      safe += fmt::format("&#{};", static_cast<int>(c));
    else if (static_cast<unsigned char>(c) < 0x20)
      safe += '?';
    else
      safe += c;
  }
  return safe;
}

void write_case(std::ostream& out, const TestCase& test) {
  fmt::print(out, R"(    <testcase classname="{}" name="{}" time="{:.6f}")", escaped(test.suite),
             escaped(test.name), test.duration.count());
  if (!test.file.empty()) fmt::print(out, R"( file="{}")", escaped(test.file));
  const std::string_view element = [&] {
    switch (test.outcome) {
      case TestOutcome::failed:
        return "failure";
      case TestOutcome::error:
        return "error";
      case TestOutcome::skipped:
        return "skipped";
      case TestOutcome::flaky:
        return "flakyFailure";
      case TestOutcome::passed:
        break;
    }
    return "";
  }();
  if (element.empty())
    out << "/>\n";
  else
    fmt::print(out, "><{} message=\"{}\"/></testcase>\n", element, escaped(test.message));
}

class Merging {
 public:
  explicit Merging(const fs::path& folder)
      : sarif_(folder / "findings.sarif", std::string(sarif_head), std::string(sarif_foot)),
        runs_([this]() -> std::ostream& { return sarif_.stream(); }),
        junit_(folder / "junit.xml", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n",
               "</testsuites>\n"),
        gitlab_(folder / "gl-code-quality-report.json", "[", "]\n") {}

  Result<void> add(const fs::path& dir, const std::string& stage) {
    TRY(add_findings(dir, stage));
    return add_tests(dir, stage);
  }
  Result<void> close() {
    TRY(sarif_.close());
    TRY(junit_.close());
    return gitlab_.close();
  }

 private:
  Result<void> add_findings(const fs::path& dir, const std::string& stage) {
    TRY(store::for_each_waived(dir, [&](const Finding& finding, const std::string& why) {
      runs_.put_waived(stage, finding, why);
      return true;
    }));
    TRY(store::for_each_finding(dir, [&](const Finding& finding) {
      runs_.put(stage, finding);
      gitlab_.stream() << (issues_++ == 0 ? "\n" : ",\n") << dumped(gitlab_issue(finding, stage));
      return true;
    }));
    runs_.end_stage();
    return {};
  }

  Result<void> add_tests(const fs::path& dir, const std::string& stage) {
    bool any = false;
    TRY(store::for_each_test(dir, [&](const TestCase& test) {
      if (!any) fmt::print(junit_.stream(), "  <testsuite name=\"{}\">\n", escaped(stage));
      write_case(junit_.stream(), test);
      return any = true;
    }));
    if (any) junit_.stream() << "  </testsuite>\n";
    return {};
  }

  LazyFile sarif_;
  SarifRuns runs_;
  LazyFile junit_;
  LazyFile gitlab_;
  std::size_t issues_{0};
};

}  // namespace

Result<void> write_merged_reports(const fs::path& run_dir, const std::vector<std::string>& stages) {
  std::error_code error;
  if (!fs::is_directory(run_dir / "reports", error)) return {};
  const fs::path folder = run_dir / "artifacts";
  fs::create_directories(folder, error);
  if (error) return store::io_error("make", folder, error.value());
  Merging merging(folder);
  for (const auto& stage : stages) {
    const auto dir = store::reports_dir(run_dir, stage);
    if (fs::exists(dir / "summary.json", error)) TRY(merging.add(dir, stage));
  }
  return merging.close();
}

}  // namespace pipectl::cli
