#include "core/base/wrapped_text.hpp"

namespace pipectl {
namespace {

bool is_break(char byte) noexcept { return byte == '\n' || byte == '\r'; }
bool is_blank(char byte) noexcept { return byte == ' ' || byte == '\t'; }
bool is_letter_of_break(char byte) noexcept { return byte == 'n' || byte == 'r'; }

/// A `=` before a line break, as quoted-printable ends a line that goes on.
bool is_soft_break(std::string_view text, std::size_t place) noexcept {
  return text[place] == '=' && place + 1 < text.size() && is_break(text[place + 1]);
}

/// What may be the first half of a break that goes on behind the text.
bool is_half_break(char byte) noexcept { return byte == '\\' || byte == '='; }

/// Bytes of the line break that begins here, or 0.
std::size_t break_at(std::string_view text, std::size_t place) noexcept {
  if (is_break(text[place])) return 1;
  return text[place] == '\\' && place + 1 < text.size() && is_letter_of_break(text[place + 1]) ? 2
                                                                                               : 0;
}

/// Bytes of the line break that ends here, or 0.
std::size_t break_before(std::string_view text, std::size_t place) noexcept {
  if (is_break(text[place - 1])) return 1;
  return place > 1 && text[place - 2] == '\\' && is_letter_of_break(text[place - 1]) ? 2 : 0;
}

/// Whether what follows the text could belong to the gap: half a break may be there.
bool may_go_on(std::string_view text, const Gap& gap) noexcept {
  return gap.end == text.size() || (gap.end + 1 == text.size() && is_half_break(text.back()));
}

}  // namespace

Gap gap_at(std::string_view text, std::size_t place) noexcept {
  Gap gap{place, place, place};
  if (place < text.size() && is_soft_break(text, place)) gap.breaks_end = gap.end += 2;
  while (gap.end < text.size() && gap.end - place < longest_gap) {
    if (const auto size = break_at(text, gap.end); size != 0)
      gap.breaks_end = gap.end += size;
    else if (!gap.empty() && is_blank(text[gap.end]))
      ++gap.end;
    else
      break;
  }
  return gap;
}

Gap gap_before(std::string_view text, std::size_t place) noexcept {
  Gap gap{place, place, place};
  std::size_t at = place;
  if (at > 0 && at == text.size() && is_half_break(text[at - 1])) gap.begin = --at;
  if (!gap.empty() && text[at] == '=') return gap;  // nothing but the first of a gap
  while (at > 0 && place - at < longest_gap) {
    if (const auto size = break_before(text, at); size != 0) {
      if (gap.empty()) gap.breaks_end = at;
      gap.begin = at -= size;
      if (at > 0 && is_soft_break(text, at - 1)) return {at - 1, gap.breaks_end, gap.end};
    } else if (is_blank(text[at - 1])) {
      --at;
    } else {
      break;
    }
  }
  return gap;
}

namespace {

bool is_hex_digit(char byte) noexcept {
  return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'F');
}

/// The form goes on with a `=`. Where it is that of quoted-printable (`=C3`), the one in the text
/// may be the end of a line instead, the form's own behind it: the gap in between.
Gap soft_gap_at(std::string_view text, std::size_t place, std::string_view form) noexcept {
  const Gap none{place, place, place};
  if (form.size() < 3 || !is_hex_digit(form[1]) || !is_hex_digit(form[2])) return none;
  if (!is_soft_break(text, place)) return none;
  const Gap gap = gap_at(text, place);
  return gap.end == text.size() || text[gap.end] == '=' ? gap : none;
}

}  // namespace

std::size_t behind(const Gap& gap, std::string_view form, std::size_t next) noexcept {
  return next < form.size() && is_blank(form[next]) ? gap.breaks_end : gap.end;
}

Fit fit_wrapped(std::string_view text, std::size_t place, std::string_view form,
                std::size_t next) noexcept {
  bool inner = next > 0;  // a gap came before this line
  for (std::size_t line = next; next < form.size();) {
    if (place == text.size()) return {Fit::Kind::cut_off, place};
    const bool same = text[place] == form[next];
    const Gap gap = same ? soft_gap_at(text, place, form.substr(next)) : gap_at(text, place);
    if (same && !gap.empty() && gap.end == text.size()) return {Fit::Kind::cut_off, place};
    if (same && gap.empty()) {
      ++place;
      ++next;
      continue;
    }
    if (next == 0 || (inner && next - line < narrowest_line)) return {Fit::Kind::none, place};
    if (may_go_on(text, gap)) return {Fit::Kind::cut_off, place};
    if (gap.empty()) return {Fit::Kind::none, place};
    place = behind(gap, form, next);
    line = next;
    inner = true;
  }
  return {Fit::Kind::whole, place};
}

}  // namespace pipectl
