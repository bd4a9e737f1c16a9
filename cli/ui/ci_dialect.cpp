#include "cli/ui/ci_dialect.hpp"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <array>

#include "core/base/text.hpp"

namespace pipectl::ui {
namespace {

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

// Source: toolkit/packages/core/src/command.ts, escapeData and escapeProperty.
std::string command_data(std::string text) {
  text = replaced(std::move(text), "%", "%25");
  text = replaced(std::move(text), "\r", "%0D");
  return replaced(std::move(text), "\n", "%0A");
}

std::string command_property(std::string text) {
  text = replaced(command_data(std::move(text)), ":", "%3A");
  return replaced(std::move(text), ",", "%2C");
}

std::string_view level_of(report::Severity severity) {
  using enum report::Severity;
  if (severity == critical || severity == high || severity == error) return "error";
  return severity == info ? "notice" : "warning";
}

class Github final : public CiDialect {
 public:
  explicit Github(std::string token) : token_(std::move(token)) {}

  std::string open(const std::string& title, WallTime /*at*/) override {
    return fmt::format("::group::{}\n::stop-commands::{}\n", command_data(title), token_);
  }
  std::string close(WallTime /*at*/) override {
    return fmt::format("::{}::\n::endgroup::\n", token_);
  }

  // The runner looks for `::name::` at the start of a line (white space aside) and for `##[name]`
  // anywhere in it.
  std::string outside(std::string line) const override {
    line = replaced(std::move(line), "##[", "## [");
    return trim(line).starts_with("::") ? "| " + line : line;
  }

  std::string annotate(const std::string& stage, const Outcome& outcome,
                       const std::optional<Place>& place) const override {
    std::string command = "::error ";
    if (place)
      command += fmt::format("file={},line={},", command_property(place->file), place->line);
    const auto reason = outcome.reason.empty() ? "no reason given" : outcome.reason;
    return fmt::format("{}title={}::{}\n", command, command_property("stage " + stage + " failed"),
                       command_data(outside(reason)));
  }

  std::string annotate(const report::Finding& finding) const override {
    std::string command = fmt::format("::{} ", level_of(finding.severity));
    if (!finding.path.empty()) command += fmt::format("file={},", command_property(finding.path));
    if (!finding.path.empty() && finding.line > 0) command += fmt::format("line={},", finding.line);
    if (finding.line > 0 && finding.column > 0) command += fmt::format("col={},", finding.column);
    const auto& title = finding.rule.empty() ? finding.package : finding.rule;
    const auto& message = finding.message.empty() ? finding.rule : finding.message;
    return fmt::format("{}title={}::{}\n", command, command_property(title),
                       command_data(outside(message)));
  }

 private:
  const std::string token_;
};

class Gitlab final : public CiDialect {
 public:
  std::string open(const std::string& title, WallTime at) override {
    section_ = section_name(title);
    return fmt::format("\x1b[0Ksection_start:{}:{}[collapsed=true]\r\x1b[0K{}\n", seconds(at),
                       section_, title);
  }
  std::string close(WallTime at) override {
    return fmt::format("\x1b[0Ksection_end:{}:{}\r\x1b[0K\n", seconds(at), section_);
  }
  std::string outside(std::string line) const override { return line; }
  std::string annotate(const std::string& /*stage*/, const Outcome& /*outcome*/,
                       const std::optional<Place>& /*place*/) const override {
    return {};
  }
  // It reads findings from a file of its own, see the merged reports of a run.
  std::string annotate(const report::Finding& /*finding*/) const override { return {}; }

 private:
  // Letters, digits, `_`, `.` and `-`, and used only once in a log.
  std::string section_name(std::string name) {
    const auto allowed = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '.' || c == '-';
    };
    std::replace_if(
        name.begin(), name.end(), [&](char c) { return !allowed(c); }, '_');
    return fmt::format("pipectl_{}_{}", ++sections_, name.substr(0, 60));
  }
  static long seconds(WallTime at) {
    return std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
  }

  std::string section_;
  int sections_{0};
};

}  // namespace

std::unique_ptr<CiDialect> make_github_dialect(std::string token) {
  return std::make_unique<Github>(std::move(token));
}

std::unique_ptr<CiDialect> make_gitlab_dialect() { return std::make_unique<Gitlab>(); }

std::string random_token() {
  std::array<unsigned char, 16> bytes{};
  while (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
  }
  return fmt::format("{:02x}", fmt::join(bytes, ""));
}

}  // namespace pipectl::ui
