#include "cli/ui/style.hpp"

namespace pipectl::ui {
namespace {

std::string_view code(Paint paint) noexcept {
  switch (paint) {
    case Paint::none:
      return "";
    case Paint::bold:
      return "\x1b[1m";
    case Paint::dim:
      return "\x1b[2m";
    case Paint::red:
      return "\x1b[31m";
    case Paint::green:
      return "\x1b[32m";
    case Paint::yellow:
      return "\x1b[33m";
    case Paint::cyan:
      return "\x1b[36m";
    case Paint::magenta:
      return "\x1b[35m";
    case Paint::blue:
      return "\x1b[34m";
  }
  return "";
}

struct Symbols {
  std::string_view icon;
  std::string_view mark;
  std::string_view ascii;
  std::string_view label;
  Paint paint;
};

Symbols symbols(Status status) noexcept {
  switch (status) {
    case Status::succeeded:
      return {"✅", "✓", "+", "PASSED", Paint::green};
    case Status::warned:
      return {"⚠️", "!", "!", "WARNED", Paint::yellow};
    case Status::failed:
      return {"❌", "✗", "x", "FAILED", Paint::red};
    case Status::timed_out:
      return {"⏰", "✗", "x", "TIMEOUT", Paint::red};
    case Status::infra:
      return {"💥", "✗", "x", "INFRA", Paint::red};
    case Status::cancelled:
      return {"🚫", "-", "-", "CANCELLED", Paint::yellow};
    case Status::skipped:
      return {"⏩", "-", "-", "SKIPPED", Paint::dim};
    case Status::cached:
      return {"⚡", "✓", "=", "CACHED", Paint::green};
    case Status::waiting:
      return {"⏳", "…", "?", "WAITING", Paint::cyan};
    case Status::rolled_back:
      return {"❌", "✗", "x", "FAILED", Paint::red};
    case Status::bug:
      return {"🐛", "✗", "x", "BUG", Paint::red};
  }
  return {"🐛", "✗", "x", "BUG", Paint::red};
}

}  // namespace

std::string painted(std::string_view text, Paint paint, Colour colour) {
  if (colour == Colour::off || paint == Paint::none || text.empty()) return std::string{text};
  return std::string{code(paint)}.append(text).append("\x1b[0m");
}

Paint paint_of(Status status) noexcept { return symbols(status).paint; }

std::string_view icon(Status status, Glyphs glyphs) noexcept {
  return glyphs == Glyphs::unicode ? symbols(status).icon : symbols(status).ascii;
}

std::string_view mark(Status status, Glyphs glyphs) noexcept {
  return glyphs == Glyphs::unicode ? symbols(status).mark : symbols(status).ascii;
}

std::string_view label(Status status) noexcept { return symbols(status).label; }

std::string_view sign(Sign sign, Glyphs glyphs) noexcept {
  const bool unicode = glyphs == Glyphs::unicode;
  switch (sign) {
    case Sign::start:
      return unicode ? "▶" : ">";
    case Sign::bar:
      return unicode ? "│" : "|";
    case Sign::separator:
      return unicode ? "·" : "-";
    case Sign::arrow:
      return unicode ? "→" : "->";
    case Sign::planned:
      return unicode ? "·" : ".";
    case Sign::queued:
      return unicode ? "○" : "o";
    case Sign::branch:
      return unicode ? "├─" : "|-";
    case Sign::last_branch:
      return unicode ? "└─" : "`-";
    case Sign::trunk:
      return unicode ? "│ " : "| ";
  }
  return "";
}

}  // namespace pipectl::ui
