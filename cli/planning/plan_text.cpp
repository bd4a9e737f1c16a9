#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cli/planning/plan_report.hpp"
#include "cli/ui/display.hpp"
#include "cli/ui/style.hpp"
#include "core/base/text.hpp"

namespace pipectl::cli {
namespace {

using ui::Glyphs;
using ui::Paint;
using ui::Terminal;

struct Symbol {
  std::string_view unicode;
  std::string_view ascii;
  Paint paint;
};

Symbol symbol_of(Fate fate) {
  switch (fate) {
    case Fate::runs:
      return {"▶", ">", Paint::green};
    case Fate::skipped:
      return {"-", "-", Paint::dim};
    case Fate::fails:
      return {"✗", "x", Paint::red};
    case Fate::open:
      break;
  }
  return {"?", "?", Paint::cyan};
}

std::string needs_of(const Forecast& forecast, const plan::Plan& plan) {
  const auto& needs = forecast.node->needs;
  constexpr std::size_t most = 4;
  std::vector<std::string> names;
  for (const auto need : needs) {
    if (names.size() == most) break;
    names.push_back(plan.nodes[need].name);
  }
  auto text = join(names, ", ");
  if (needs.size() > most) text += fmt::format(" and {} more", needs.size() - most);
  return text;
}

class PlanText {
 public:
  PlanText(const RunInput& input, const Terminal& terminal) : input_(input), terminal_(terminal) {}

  std::string all(const std::vector<Forecast>& forecasts) {
    measure(forecasts);
    title(forecasts);
    std::string_view group;
    for (const auto& forecast : forecasts) {
      const std::string_view own = forecast.node->stage->group;
      if (own != group && !text_.ends_with("\n\n")) text_ += '\n';
      if (own != group && !own.empty()) text_ += fmt::format("{} (parallel)\n", own);
      group = own;
      entry(forecast);
    }
    return std::move(text_);
  }

 private:
  static std::size_t indent(const Forecast& forecast) {
    return forecast.node->stage->group.empty() ? 0 : 2;
  }
  std::string shown(std::string_view text) const { return ui::shown_line(text, terminal_); }

  void measure(const std::vector<Forecast>& forecasts) {
    for (const auto& forecast : forecasts)
      name_columns_ =
          std::max(name_columns_, indent(forecast) + ui::display_width(shown(forecast.node->name)));
    name_columns_ = std::min<std::size_t>(name_columns_, 40);
  }

  void title(const std::vector<Forecast>& forecasts) {
    const auto runs = std::count_if(forecasts.begin(), forecasts.end(), [](const Forecast& f) {
      return f.fate == Fate::runs || f.fate == Fate::open;
    });
    const auto separator = fmt::format(" {} ", ui::sign(ui::Sign::separator, terminal_.glyphs));
    text_ += painted(shown(input_.plan.pipeline->name), Paint::bold, terminal_.colour);
    text_ += separator + std::string{to_string(input_.event.kind)};
    if (!input_.git.branch.empty()) text_ += separator + shown(input_.git.branch);
    text_ += fmt::format("{}{} of {} stages would run\n\n", separator, runs, forecasts.size());
  }

  void entry(const Forecast& forecast) {
    const auto symbol = symbol_of(forecast.fate);
    const auto sign = terminal_.glyphs == Glyphs::unicode ? symbol.unicode : symbol.ascii;
    const auto name = ui::padded(shown(forecast.node->name), name_columns_ - indent(forecast));
    const std::string lead(indent(forecast), ' ');
    std::vector<std::string> lines = details(forecast);
    std::string line = lead + painted(sign, symbol.paint, terminal_.colour) + ' ';
    line += forecast.fate == Fate::skipped ? painted(name, Paint::dim, terminal_.colour) : name;
    if (!lines.empty()) line += "  " + lines.front();
    while (line.ends_with(' ')) line.pop_back();
    text_ += line + '\n';
    const std::string below(name_columns_ + 4, ' ');
    for (std::size_t i = 1; i < lines.size(); ++i) text_ += below + lines[i] + '\n';
  }

  std::vector<std::string> details(const Forecast& forecast) const {
    std::vector<std::string> lines;
    const auto dim = [&](const std::string& line) {
      lines.push_back(painted(line, Paint::dim, terminal_.colour));
    };
    if (forecast.fate == Fate::skipped) dim("skipped: " + shown(forecast.reason));
    if (forecast.fate == Fate::open) lines.push_back(shown(forecast.reason));
    if (forecast.fate == Fate::fails) {
      lines.push_back(painted("would fail: ", Paint::red, terminal_.colour) +
                      shown(forecast.reason));
      if (!forecast.hint.empty()) lines.push_back("hint: " + shown(forecast.hint));
    }
    if (forecast.fate == Fate::runs && !forecast.node->needs.empty())
      dim("after " + shown(needs_of(forecast, input_.plan)));
    if (forecast.asks) lines.emplace_back("waits for an approval");
    if (!forecast.image.empty()) dim("in " + shown(forecast.image));
    if (!forecast.services.empty()) dim("with " + shown(join(forecast.services, ", ")));
    for (const auto& command : forecast.commands) {
      std::string_view prompt = "$ ";
      ui::each_line(command, [&](std::string_view line) {
        lines.push_back(fmt::format("{}{}", prompt, shown(line)));
        prompt = "  ";
      });
    }
    changes(forecast, lines);
    return lines;
  }

  /// Where a stage goes was asked.
  void changes(const Forecast& forecast, std::vector<std::string>& lines) const {
    if (forecast.unknown)
      lines.push_back(painted("cannot compare: ", Paint::red, terminal_.colour) +
                      shown(forecast.unknown->message));
    if (forecast.unknown && !forecast.unknown->hint.empty())
      lines.push_back("hint: " + shown(forecast.unknown->hint));
    if (!forecast.changes) return;
    lines.emplace_back(forecast.changes->empty() ? "changes nothing" : "changes:");
    for (const std::string& change : *forecast.changes) {
      const bool gone = change.starts_with('-');
      const bool plain = !gone && !change.starts_with('+');
      const Paint paint = gone ? Paint::red : Paint::green;
      lines.push_back("  " +
                      (plain ? shown(change) : painted(shown(change), paint, terminal_.colour)));
    }
  }

  const RunInput& input_;
  const Terminal& terminal_;
  std::size_t name_columns_{8};
  std::string text_;
};

}  // namespace

std::string plan_text(const std::vector<Forecast>& forecasts, const RunInput& input,
                      const Terminal& terminal) {
  return PlanText{input, terminal}.all(forecasts);
}

std::string plan_names(const RunInput& input) {
  std::set<std::string> names;
  for (const auto& group : input.plan.pipeline->groups) names.insert(group.name);
  for (const auto& node : input.plan.nodes) {
    names.insert(node.stage->name);
    names.insert(node.name);
  }
  std::string text;
  for (const auto& name : names) text += printable(name) + '\n';
  return text;
}

}  // namespace pipectl::cli
