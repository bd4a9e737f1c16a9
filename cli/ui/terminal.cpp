#include "cli/ui/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>

namespace pipectl::ui {
namespace {

std::string_view variable(const EnvMap& environment, std::string_view name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string_view{} : std::string_view{found->second};
}

bool is_on(std::string_view value) { return !value.empty() && value != "0" && value != "false"; }

CiLog ci_log_of(const EnvMap& environment) {
  if (variable(environment, "GITHUB_ACTIONS") == "true") return CiLog::github;
  if (variable(environment, "GITLAB_CI") == "true") return CiLog::gitlab;
  return CiLog::none;
}

Colour colour_of(const TerminalFacts& facts, const EnvMap& environment, CiLog ci_log) {
  if (!variable(environment, "NO_COLOR").empty()) return Colour::off;
  if (is_on(variable(environment, "CLICOLOR_FORCE"))) return Colour::on;
  if (variable(environment, "CLICOLOR") == "0") return Colour::off;
  if (ci_log != CiLog::none) return Colour::on;  // no terminal, but their log pages show colours
  const auto term = variable(environment, "TERM");
  return facts.is_tty && !term.empty() && term != "dumb" ? Colour::on : Colour::off;
}

Glyphs glyphs_of(const EnvMap& environment, CiLog ci_log) {
  if (ci_log != CiLog::none) return Glyphs::unicode;  // log pages are UTF-8 whatever LANG says
  const auto term = variable(environment, "TERM");
  if (term == "dumb" || term == "linux") return Glyphs::ascii;  // the console's font has no emoji
  std::string locale{variable(environment, "LC_ALL")};
  if (locale.empty()) locale = variable(environment, "LC_CTYPE");
  if (locale.empty()) locale = variable(environment, "LANG");
  std::transform(locale.begin(), locale.end(), locale.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const bool utf8 = locale.find("utf-8") != locale.npos || locale.find("utf8") != locale.npos;
  return utf8 ? Glyphs::unicode : Glyphs::ascii;
}

int size_of(int measured, std::string_view told, int fallback) {
  if (measured > 0) return measured;
  int value = 0;
  const auto parsed = std::from_chars(told.data(), told.data() + told.size(), value);
  const bool whole = parsed.ec == std::errc{} && parsed.ptr == told.data() + told.size();
  return whole && value > 0 ? value : fallback;
}

}  // namespace

Terminal decide(const TerminalFacts& facts, const EnvMap& environment) {
  const auto term = variable(environment, "TERM");
  Terminal terminal;
  terminal.ci_log = ci_log_of(environment);
  terminal.ci = terminal.ci_log != CiLog::none || is_on(variable(environment, "CI"));
  terminal.redraw = facts.is_tty && !term.empty() && term != "dumb";
  terminal.colour = colour_of(facts, environment, terminal.ci_log);
  terminal.glyphs = glyphs_of(environment, terminal.ci_log);
  terminal.columns = size_of(facts.columns, variable(environment, "COLUMNS"), 80);
  terminal.rows = size_of(facts.rows, variable(environment, "LINES"), 24);
  return terminal;
}

View choose_view(UiMode mode, const Terminal& terminal) {
  switch (mode) {
    case UiMode::json:
      return View::json;
    case UiMode::plain:
      return View::plain;
    case UiMode::live:
      return terminal.redraw ? View::live : View::plain;
    case UiMode::automatic:
      break;
  }
  if (terminal.ci_log == CiLog::github) return View::github;
  if (terminal.ci_log == CiLog::gitlab) return View::gitlab;
  return terminal.redraw && !terminal.ci ? View::live : View::plain;
}

TerminalFacts query_terminal(int fd) noexcept {
  TerminalFacts facts;
  facts.is_tty = ::isatty(fd) == 1;
  winsize size{};
  if (facts.is_tty && ::ioctl(fd, TIOCGWINSZ, &size) == 0) {
    facts.columns = size.ws_col;
    facts.rows = size.ws_row;
  }
  return facts;
}

}  // namespace pipectl::ui
