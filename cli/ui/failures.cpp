#include "cli/ui/failures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cli/ui/display.hpp"
#include "cli/ui/style.hpp"
#include "cli/ui/summary.hpp"
#include "core/base/text.hpp"

namespace pipectl::ui {
namespace {

constexpr std::size_t named_victims = 8;

std::string tail_of(const Tail& tail, const Terminal& terminal) {
  const auto bar = painted(sign(Sign::bar, terminal.glyphs), Paint::red, terminal.colour);
  std::string text;
  if (tail.left_out() > 0) {
    const auto before =
        fmt::format("({} line{} before)", tail.left_out(), tail.left_out() == 1 ? "" : "s");
    text += fmt::format("   {} {}\n", bar, painted(before, Paint::dim, terminal.colour));
  }
  constexpr std::size_t lead = 6;
  const auto columns = static_cast<std::size_t>(std::max(terminal.columns, 20)) - lead;
  for (const auto& line : tail.lines()) {
    const auto shown = shown_line(line, terminal);
    if (!terminal.redraw) text += fmt::format("   {} {}\n", bar, shown);
    if (!terminal.redraw) continue;
    for (const auto& part : wrapped(shown, columns)) text += fmt::format("   {} {}\n", bar, part);
  }
  return text;
}

std::string reason_of(const Outcome& outcome) {
  std::string text = outcome.reason;
  if (text.empty())
    text = outcome.exit_code ? fmt::format("exit code {}", *outcome.exit_code) : "no reason given";
  if (outcome.attempts > 1) text += fmt::format(" · attempt {0} of {0}", outcome.attempts);
  return text;
}

std::string title(const StageView& stage, const Terminal& terminal) {
  const auto status = stage.outcome->status;
  return fmt::format("{} {} {}", icon(status, terminal.glyphs),
                     painted(shown_line(stage.name, terminal), Paint::bold, terminal.colour),
                     painted(label(status), paint_of(status), terminal.colour));
}

// `skipped (upstream build): image, deploy`: a line for each reason, in the order of its first
// victim.
std::string list_victims(const RunModel& model, const Terminal& terminal) {
  std::vector<std::pair<std::string, std::vector<std::string>>> by_reason;
  for (const auto* victim : model.victims()) {
    const auto& outcome = *victim->outcome;
    const auto reason = fmt::format("{} ({})", to_string(outcome.status), outcome.reason);
    auto known = std::find_if(by_reason.begin(), by_reason.end(),
                              [&](const auto& r) { return r.first == reason; });
    if (known == by_reason.end()) known = by_reason.insert(known, {reason, {}});
    known->second.push_back(victim->name);
  }
  std::string text;
  for (const auto& [reason, names] : by_reason) {
    const auto shown = std::min(names.size(), named_victims);
    const auto end = names.begin() + static_cast<long>(shown);
    auto line = fmt::format("{}: {}", reason, fmt::join(names.begin(), end, ", "));
    if (names.size() > shown) line += fmt::format(" and {} more", names.size() - shown);
    text += painted(shown_line(line, terminal), Paint::dim, terminal.colour) + '\n';
  }
  return text;
}

// The text in lines of at most `columns`, broken between words where there are some.
std::vector<std::string> in_words(std::string_view text, std::size_t columns) {
  std::vector<std::string> lines(1);
  for (const auto word : split(text, ' ')) {
    const auto width = display_width(lines.back());
    const bool first = lines.back().empty();
    if (!first && width + 1 + display_width(word) <= columns) {
      lines.back().append(" ").append(word);
      continue;
    }
    if (first) lines.pop_back();
    for (auto& part : wrapped(word, columns)) lines.push_back(std::move(part));
  }
  return lines;
}

// `   hint: …`, further lines below its beginning.
std::string labelled(std::string_view label, std::string_view text, const Terminal& terminal) {
  const auto shown = shown_line(text, terminal);
  if (!terminal.redraw) return fmt::format("   {}{}\n", label, shown);
  const std::size_t lead = 3 + label.size();
  const auto columns = static_cast<std::size_t>(std::max(terminal.columns, 20)) - lead;
  std::string all;
  for (const auto& line : in_words(shown, columns))
    all += fmt::format("{}{}\n", all.empty() ? fmt::format("   {}", label) : std::string(lead, ' '),
                       line);
  return all;
}

// Beside the title, or below it where the terminal would break it.
std::string heading(const StageView& stage, const Terminal& terminal) {
  const auto name = title(stage, terminal);
  const auto reason = shown_line(reason_of(*stage.outcome), terminal);
  const auto columns = static_cast<std::size_t>(std::max(terminal.columns, 20));
  if (!terminal.redraw || display_width(name) + 2 + display_width(reason) <= columns)
    return fmt::format("{}  {}\n", name, reason);
  return name + '\n' + labelled("", reason_of(*stage.outcome), terminal);
}

}  // namespace

std::string unfold_failure(const StageView& stage, const std::string& log_path,
                           const Terminal& terminal, Tails tails) {
  std::string text = heading(stage, terminal);
  if (tails == Tails::shown) text += tail_of(stage.tail, terminal);
  if (!stage.outcome->hint.empty()) text += labelled("hint: ", stage.outcome->hint, terminal);
  if (!log_path.empty() && stage.tail.total() > 0)
    text += fmt::format("   log:  {} ({} line{})\n", shown_line(log_path, terminal),
                        stage.tail.total(), stage.tail.total() == 1 ? "" : "s");
  return text;
}

std::string unfold_failures(const RunModel& model, const LogPath& log_path,
                            const Terminal& terminal, Tails tails) {
  const auto failures = model.failures();
  if (failures.empty()) return {};
  std::string text = list_victims(model, terminal);
  for (const auto* stage : failures) {
    if (!text.empty()) text += '\n';
    text += unfold_failure(*stage, log_path ? log_path(model.run(), stage->name) : std::string{},
                           terminal, tails);
  }
  return text;
}

}  // namespace pipectl::ui
