#include "cli/ui/summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "cli/ui/columns.hpp"
#include "cli/ui/display.hpp"
#include "cli/ui/style.hpp"
#include "core/base/text.hpp"

namespace pipectl::ui {
namespace {

constexpr std::size_t name_columns = 12;  // at least
constexpr std::size_t most_name_columns = 40;
constexpr std::size_t least_details = 8;  // fewer columns of them say nothing

struct Columns {
  std::size_t name{name_columns};
  std::size_t status{6};
  [[nodiscard]] std::size_t before_details() const { return name + status + duration_columns + 5; }
  std::size_t line{std::numeric_limits<std::size_t>::max()};
};

bool went_well(const StageView& stage) {
  switch (stage.outcome->status) {
    case Status::succeeded:
    case Status::cached:
    case Status::skipped:
      return true;
    default:
      return false;
  }
}

// On a terminal what matters must not scroll away.
std::size_t rows_shown(const Terminal& terminal) {
  constexpr std::size_t most = 100;
  const auto rows = static_cast<std::size_t>(std::max(terminal.rows, 0));
  return terminal.redraw ? std::clamp<std::size_t>(rows, 24, most) : most;
}

std::vector<const StageView*> rows_of(const RunModel& model, const Terminal& terminal) {
  std::vector<const StageView*> rows;
  const bool all = model.stages().size() <= rows_shown(terminal);
  for (const auto& stage : model.stages())
    if (stage.outcome && (all || !went_well(stage))) rows.push_back(&stage);
  return rows;
}

Columns columns_of(const std::vector<const StageView*>& rows, const Terminal& terminal) {
  Columns columns;
  if (terminal.redraw) columns.line = static_cast<std::size_t>(terminal.columns);
  for (const auto* stage : rows) {
    columns.name = std::max(columns.name, display_width(shown_line(stage->name, terminal)));
    columns.status = std::max(columns.status, label(stage->outcome->status).size());
  }
  columns.name = std::min(columns.name, most_name_columns);
  if (!terminal.redraw) return columns;
  // Where there is little room names come first: they tell the stages apart.
  const auto others = columns.before_details() - columns.name;
  const auto most =
      columns.line < narrow ? columns.line - std::min(columns.line, others) : columns.line * 2 / 5;
  columns.name = std::min(columns.name, std::max(most, name_columns));
  return columns;
}

// Terminals disagree on the width of `⚠️`; naming the column keeps the rows in line on all of
// them.
std::string_view after_icon(Status status, const Terminal& terminal) {
  const bool odd = status == Status::warned && terminal.glyphs == Glyphs::unicode;
  return odd && terminal.redraw ? "\x1b[4G" : " ";
}

std::string row(const StageView& stage, const Columns& columns, const Terminal& terminal) {
  const Outcome& outcome = *stage.outcome;
  const auto paint = paint_of(outcome.status);
  const auto name = truncated(shown_line(stage.name, terminal), columns.name, terminal.glyphs);
  const bool ran = outcome.status != Status::skipped;
  const auto took = ran ? human_duration(outcome.duration) : std::string{};
  std::string line = padded(name, columns.name) + ' ';
  line += painted(padded(label(outcome.status), columns.status), paint, terminal.colour) + ' ';
  line += padded(took, duration_columns, Align::right);
  const auto details = shown_line(details_of(outcome), terminal);
  const bool room = columns.line >= columns.before_details() + 3 + least_details;
  if (room && !details.empty()) line += "   " + details;
  const std::size_t lead = display_width(icon(outcome.status, terminal.glyphs)) + 1;
  line = truncated(line, columns.line - std::min(columns.line, lead), terminal.glyphs);
  while (line.ends_with(' ')) line.pop_back();
  return fmt::format("{}{}{}\n", icon(outcome.status, terminal.glyphs),
                     after_icon(outcome.status, terminal), line);
}

std::string counted(const RunModel& model) {
  struct Word {
    Status status;
    std::string_view text;
  };
  // What needs attention first.
  constexpr std::array words{Word{Status::bug, "bugs"},
                             Word{Status::infra, "infra"},
                             Word{Status::rolled_back, "rolled back"},
                             Word{Status::failed, "failed"},
                             Word{Status::timed_out, "timed out"},
                             Word{Status::cancelled, "cancelled"},
                             Word{Status::waiting, "waiting"},
                             Word{Status::warned, "warned"},
                             Word{Status::succeeded, "passed"},
                             Word{Status::cached, "cached"},
                             Word{Status::skipped, "skipped"}};
  std::map<Status, std::size_t> count;
  for (const auto& stage : model.stages())
    if (stage.outcome) ++count[stage.outcome->status];
  std::vector<std::string> parts;
  for (const auto& word : words)
    if (count[word.status] > 0)
      parts.push_back(fmt::format("{} {}", count[word.status], word.text));
  return join(parts, ", ");
}

struct Verdict {
  std::string_view word;
  Paint paint;
};

Verdict verdict(int exit_code) {
  if (exit_code >= 128) return {"INTERRUPTED", Paint::yellow};
  switch (exit_code) {
    case 0:
      return {"PASSED", Paint::green};
    case 3:
      return {"FAILED (infrastructure)", Paint::red};
    case 4:
      return {"WAITING", Paint::cyan};
    case 5:
      return {"FAILED (undone)", Paint::red};
    case 6:
      return {"FAILED (not undone)", Paint::red};
    case 70:
      return {"BUG in pipectl", Paint::red};
    default:
      return {"FAILED", Paint::red};
  }
}

}  // namespace

std::string details_of(const Outcome& outcome) {
  std::vector<std::string> parts;
  if (!outcome.reason.empty()) parts.push_back(outcome.reason);
  if (!outcome.summary.empty()) parts.push_back(outcome.summary);
  if (outcome.attempts > 1) parts.push_back(fmt::format("{} attempts", outcome.attempts));
  return join(parts, " · ");
}

std::string summary_table(const RunModel& model, const Terminal& terminal) {
  const auto rows = rows_of(model, terminal);
  const auto columns = columns_of(rows, terminal);
  std::string text;
  for (const auto* stage : rows) text += row(*stage, columns, terminal);
  return text;
}

std::string closing_line(const RunModel& model, const Terminal& terminal) {
  if (!model.result()) return {};
  const auto& result = *model.result();
  const auto [word, paint] = verdict(result.exit_code);
  const auto separator = fmt::format(" {} ", sign(Sign::separator, terminal.glyphs));
  std::string line =
      painted(word, paint, terminal.colour) + " in " + human_duration(result.duration);
  const auto counts = counted(model);
  if (!counts.empty()) line += separator + counts;
  if (result.resume_hint.empty()) return line + '\n';
  const auto hint = "to go on: " + shown_line(result.resume_hint, terminal);
  const auto width = display_width(line) + display_width(separator) + display_width(hint);
  const bool fits = !terminal.redraw || width <= static_cast<std::size_t>(terminal.columns);
  return line + (fits ? separator : "\n") + hint + '\n';
}

}  // namespace pipectl::ui
