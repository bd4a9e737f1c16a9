#include "cli/ui/live_frame.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/ui/columns.hpp"
#include "cli/ui/display.hpp"
#include "cli/ui/live_choice.hpp"
#include "cli/ui/plain.hpp"
#include "cli/ui/style.hpp"
#include "cli/ui/summary.hpp"
#include "core/base/text.hpp"

namespace pipectl::ui {
namespace {

constexpr std::size_t took_columns = duration_columns + 1;
constexpr std::size_t least_details = 8;  // fewer columns of them say nothing

std::string_view spinner(unsigned tick, Glyphs glyphs) {
  constexpr std::array<std::string_view, 10> dots{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};
  constexpr std::array<std::string_view, 4> ascii{"|", "/", "-", "\\"};
  return glyphs == Glyphs::unicode ? dots.at(tick % dots.size()) : ascii.at(tick % ascii.size());
}

class Painter {
 public:
  Painter(const RunModel& model, const Terminal& terminal, WallTime now, unsigned tick)
      : model_(model), terminal_(terminal), now_(now), tick_(tick) {}

  std::vector<std::string> draw() {
    const auto rows = static_cast<std::size_t>(std::max(terminal_.rows, 2));
    const bool titled = rows > 5;
    // The last row of the terminal stays free: what is typed there does not scroll the picture.
    const std::size_t room = rows - (titled ? 3 : 2);
    const auto choice = choose_stages(model_, room);
    measure(choice.shown);
    if (titled) add(title_of(model_, terminal_));
    stages(choice.shown);
    if (choice.hidden > 0 && room > 0) add(dim(fmt::format("  {} more", hidden(choice.hidden))));
    add(figures());
    return std::move(lines_);
  }

 private:
  void add(const std::string& line) {
    const auto columns = static_cast<std::size_t>(std::max(terminal_.columns - 1, 1));
    lines_.push_back(truncated(line, columns, terminal_.glyphs));
  }
  std::string dim(std::string_view text) const {
    return painted(text, Paint::dim, terminal_.colour);
  }
  std::string hidden(std::size_t count) const {
    return fmt::format("{} {}", terminal_.glyphs == Glyphs::unicode ? "…" : "...", count);
  }

  void measure(const std::vector<const StageView*>& shown) {
    const auto columns = static_cast<std::size_t>(std::max(terminal_.columns, 1));
    for (const auto* stage : shown)
      name_columns_ = std::max(name_columns_, indent(*stage) + name_of(*stage));
    // Where there is little room names come first: they tell the stages apart.
    const std::size_t before_details = 5 + took_columns;
    const auto most = columns < narrow ? columns - std::min(columns, before_details) : columns / 2;
    name_columns_ = std::min(name_columns_, std::max<std::size_t>(most, 8));
    detailed_ = columns >= before_details + name_columns_ + 2 + least_details;
  }
  std::size_t name_of(const StageView& stage) const {
    return display_width(shown_line(stage.name, terminal_));
  }
  static std::size_t indent(const StageView& stage) { return stage.group.empty() ? 0 : 2; }

  void stages(const std::vector<const StageView*>& shown) {
    std::string_view group;
    for (const auto* stage : shown) {
      if (stage->group != group && !stage->group.empty())
        add("  " + symbol_of_group(stage->group) + ' ' + shown_line(stage->group, terminal_));
      group = stage->group;
      add(line_of(*stage));
    }
  }

  // A group shows what its members add up to.
  std::string symbol_of_group(std::string_view group) const {
    bool running = false;
    bool waits = false;
    std::optional<Status> worst;
    for (const auto& stage : model_.stages()) {
      if (stage.group != group) continue;
      running = running || stage.phase == Phase::running;
      waits = waits || stage.phase < Phase::running;
      if (stage.outcome && (!worst || is_root_failure(*stage.outcome)))
        worst = stage.outcome->status;
    }
    if (running) return spinning();
    if (waits || !worst) return dim(sign(Sign::planned, terminal_.glyphs));
    return painted(mark(*worst, terminal_.glyphs), paint_of(*worst), terminal_.colour);
  }

  std::string spinning() const {
    return painted(spinner(tick_, terminal_.glyphs), Paint::cyan, terminal_.colour);
  }

  std::string line_of(const StageView& stage) const {
    const std::string lead(2 + indent(stage), ' ');
    const std::size_t width = name_columns_ - std::min(name_columns_, indent(stage));
    const auto name = truncated(shown_line(stage.name, terminal_), width, terminal_.glyphs);
    switch (stage.phase) {
      case Phase::planned:
        return lead + dim(sign(Sign::planned, terminal_.glyphs)) + ' ' + dim(name);
      case Phase::queued:
        return lead + dim(sign(Sign::queued, terminal_.glyphs)) + ' ' + name;
      case Phase::running:
        return lead + spinning() + ' ' + padded(name, width) + running(stage);
      case Phase::ended:
        break;
    }
    const auto status = stage.outcome->status;
    const auto symbol = painted(mark(status, terminal_.glyphs), paint_of(status), terminal_.colour);
    return lead + symbol + ' ' + padded(name, width) + ended(*stage.outcome);
  }

  static std::string took(const std::string& duration) {
    return ' ' + padded(duration, duration_columns, Align::right);
  }
  // Whole seconds: tenths that race draw the eye for nothing.
  std::string elapsed(WallTime since) const {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now_ - since).count();
    if (seconds < 60) return fmt::format("{}s", std::max<long>(seconds, 0));
    return human_duration(std::chrono::seconds{seconds});
  }
  std::string running(const StageView& stage) const {
    auto text = took(elapsed(stage.started));
    if (stage.attempt > 1)
      text +=
          "  " + painted(fmt::format("attempt {}", stage.attempt), Paint::yellow, terminal_.colour);
    const auto latest = safe_line(stage.latest, Colour::off);
    if (detailed_ && !latest.empty()) text += "  " + dim(shown_line(latest, terminal_));
    return text;
  }
  std::string ended(const Outcome& outcome) const {
    auto text = outcome.status == Status::skipped ? std::string(took_columns, ' ')
                                                  : took(human_duration(outcome.duration));
    const auto details = safe_line(details_of(outcome), Colour::off);
    if (detailed_ && !details.empty()) text += "  " + dim(shown_line(details, terminal_));
    return text;
  }

  std::string figures() const {
    const auto& counts = model_.counts();
    const auto separator = fmt::format(" {} ", sign(Sign::separator, terminal_.glyphs));
    std::string text = fmt::format("{}/{} done", counts.ended, counts.total);
    if (counts.running > 0) text += fmt::format("{}{} running", separator, counts.running);
    if (counts.failed > 0)
      text += separator +
              painted(fmt::format("{} failed", counts.failed), Paint::red, terminal_.colour);
    return text + separator + elapsed(model_.started());
  }

  const RunModel& model_;
  const Terminal& terminal_;
  const WallTime now_;
  const unsigned tick_;
  std::size_t name_columns_{8};
  bool detailed_{true};
  std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> draw_frame(const RunModel& model, const Terminal& terminal, WallTime now,
                                    unsigned tick) {
  return Painter(model, terminal, now, tick).draw();
}

}  // namespace pipectl::ui
