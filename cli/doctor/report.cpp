#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/doctor/doctor.hpp"
#include "cli/ui/display.hpp"
#include "cli/ui/style.hpp"

namespace pipectl::cli {
namespace {

using ui::Glyphs;
using ui::Paint;

std::string_view icon(Health health, Glyphs glyphs) {
  const bool unicode = glyphs == Glyphs::unicode;
  switch (health) {
    case Health::good:
      return unicode ? "✅" : "+";
    case Health::note:
      return unicode ? "💡" : "-";
    case Health::warning:
      return unicode ? "⚠️" : "!";
    case Health::bad:
      break;
  }
  return unicode ? "❌" : "x";
}

Paint paint(Health health) {
  switch (health) {
    case Health::good:
      return Paint::none;
    case Health::note:
      return Paint::dim;
    case Health::warning:
      return Paint::yellow;
    case Health::bad:
      break;
  }
  return Paint::red;
}

std::string verdict(const std::vector<Finding>& findings, const ui::Terminal& terminal) {
  const auto count = [&](Health health) {
    return std::count_if(findings.begin(), findings.end(),
                         [&](const Finding& f) { return f.health == health; });
  };
  const auto bad = count(Health::bad);
  const auto warnings = count(Health::warning);
  if (bad > 0)
    return painted(fmt::format("{} thing{} to mend before it can run", bad, bad == 1 ? "" : "s"),
                   Paint::red, terminal.colour);
  if (warnings > 0)
    return painted(
        fmt::format("It can run; {} thing{} will be left out", warnings, warnings == 1 ? "" : "s"),
        Paint::yellow, terminal.colour);
  return painted("Everything that it needs is here", Paint::green, terminal.colour);
}

}  // namespace

std::string_view to_string(Health health) noexcept {
  switch (health) {
    case Health::good:
      return "ok";
    case Health::note:
      return "note";
    case Health::warning:
      return "warning";
    case Health::bad:
      break;
  }
  return "error";
}

bool is_healthy(const std::vector<Finding>& findings) noexcept {
  return std::none_of(findings.begin(), findings.end(),
                      [](const Finding& finding) { return finding.health == Health::bad; });
}

std::string doctor_text(const std::vector<Finding>& findings, const ui::Terminal& terminal) {
  std::size_t topic = 8;
  std::size_t name = 8;
  for (const auto& finding : findings) {
    topic = std::max(topic, ui::display_width(finding.topic));
    name = std::max(name, ui::display_width(ui::shown_line(finding.name, terminal)));
  }
  name = std::min<std::size_t>(name, 40);
  std::string text;
  for (const auto& finding : findings) {
    const bool odd = finding.health == Health::warning && terminal.glyphs == Glyphs::unicode;
    text += fmt::format(
        "{}{}{} {}  {}\n", icon(finding.health, terminal.glyphs),
        odd && terminal.redraw ? "\x1b[4G" : " ", ui::padded(finding.topic, topic),
        ui::padded(ui::shown_line(finding.name, terminal), name),
        painted(ui::shown_line(finding.detail, terminal), paint(finding.health), terminal.colour));
    if (finding.hint.empty()) continue;
    const auto lead = ui::display_width(icon(finding.health, terminal.glyphs)) + topic + name + 4;
    text += std::string(lead, ' ') + "hint: " + ui::shown_line(finding.hint, terminal) + '\n';
  }
  return text + '\n' + verdict(findings, terminal) + '\n';
}

std::string doctor_json(const std::vector<Finding>& findings) {
  using Json = nlohmann::ordered_json;
  Json json{{"v", 1}, {"ok", is_healthy(findings)}};
  json["checks"] = Json::array();
  for (const auto& finding : findings)
    json["checks"].push_back(Json{{"topic", finding.topic},
                                  {"name", finding.name},
                                  {"health", to_string(finding.health)},
                                  {"detail", finding.detail},
                                  {"hint", finding.hint}});
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace pipectl::cli
