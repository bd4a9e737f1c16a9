#include "cli/ui/markdown.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/ui/display.hpp"
#include "cli/ui/style.hpp"
#include "cli/ui/summary.hpp"
#include "core/base/text.hpp"

namespace pipectl::ui {
namespace {

Terminal page() {
  Terminal terminal;
  terminal.glyphs = Glyphs::unicode;
  return terminal;
}

// Every character that could begin mark-up is escaped; a cell is one line.
std::string cell(std::string_view text) {
  std::string escaped;
  for (const char c : safe_line(text, Colour::off)) {
    if (c == '<')
      escaped += "&lt;";
    else if (c == '&')
      escaped += "&amp;";
    else if (std::string_view{"\\`*_[]>|#!~"}.find(c) != std::string_view::npos)
      escaped += {'\\', c};
    else
      escaped += c;
  }
  return escaped;
}

// Inside of an HTML tag Markdown is not read.
std::string html(std::string_view text) {
  std::string escaped;
  for (const char c : safe_line(text, Colour::off)) {
    if (c == '<')
      escaped += "&lt;";
    else if (c == '&')
      escaped += "&amp;";
    else
      escaped += c;
  }
  return escaped;
}

std::string row(const StageView& stage) {
  const auto& outcome = *stage.outcome;
  const bool ran = outcome.status != Status::skipped;
  return fmt::format("| {} | {} | {} | {} | {} |\n", icon(outcome.status, Glyphs::unicode),
                     cell(stage.name), label(outcome.status),
                     ran ? human_duration(outcome.duration) : std::string{},
                     cell(details_of(outcome)));
}

// A fence longer than any run of backticks inside it.
std::string fence_for(const std::deque<std::string>& lines) {
  std::size_t longest = 2;
  for (const auto& line : lines) {
    std::size_t run = 0;
    for (const char c : line) {
      run = c == '`' ? run + 1 : 0;
      longest = std::max(longest, run);
    }
  }
  std::string fence(longest + 1, '`');
  return fence;
}

std::string failure(const StageView& stage) {
  const auto& outcome = *stage.outcome;
  std::string text =
      fmt::format("\n<details open><summary>{} {}: {}</summary>\n\n",
                  icon(outcome.status, Glyphs::unicode), html(stage.name), html(outcome.reason));
  if (!stage.tail.lines().empty()) {
    const auto fence = fence_for(stage.tail.lines());
    text += fence + "text\n";
    for (const auto& line : stage.tail.lines()) text += safe_line(line, Colour::off) + '\n';
    text += fence + '\n';
  }
  if (!outcome.hint.empty()) text += "\nHint: " + cell(outcome.hint) + '\n';
  return text + "\n</details>\n";
}

std::string table(const RunModel& model, std::size_t limit) {
  std::string text = "| | Stage | Result | Time | Details |\n|---|---|---|--:|---|\n";
  std::size_t left_out = 0;
  for (const auto& stage : model.stages()) {
    if (!stage.outcome) continue;
    auto line = row(stage);
    if (left_out > 0 || text.size() + line.size() > limit)
      ++left_out;
    else
      text += line;
  }
  if (left_out > 0) text += fmt::format("\n… {} more\n", left_out);
  return text;
}

std::string warnings(const RunModel& model, std::size_t limit) {
  std::string text;
  for (const auto& warning : model.warnings()) {
    const auto line = fmt::format("\n> {}\n", cell(warning));
    if (text.size() + line.size() > limit) break;
    text += line;
  }
  return text;
}

}  // namespace

std::string markdown_summary(const RunModel& model, std::size_t limit) {
  const auto closing = closing_line(model, page());
  std::string text = fmt::format("### {}\n\n{}\n\n", cell(model.header().pipeline),
                                 cell(std::string_view{closing}.substr(0, closing.find('\n'))));
  if (!model.stages().empty()) text += table(model, limit / 2);
  text += warnings(model, limit / 4);
  auto failures = model.failures();
  std::string details;
  // From the root cause backwards, as long as there is room.
  std::reverse(failures.begin(), failures.end());
  for (const auto* stage : failures) {
    const auto one = failure(*stage);
    if (text.size() + details.size() + one.size() > limit) break;
    details.insert(0, one);
  }
  return text + details;
}

}  // namespace pipectl::ui
