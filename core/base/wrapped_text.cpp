#include "core/base/wrapped_text.hpp"

namespace pipectl {
namespace {

bool is_break(char byte) noexcept { return byte == '\n' || byte == '\r'; }
bool is_blank(char byte) noexcept { return byte == ' ' || byte == '\t'; }
bool is_letter_of_break(char byte) noexcept { return byte == 'n' || byte == 'r'; }

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
  return gap.end == text.size() || (gap.end + 1 == text.size() && text.back() == '\\');
}

}  // namespace

Gap gap_at(std::string_view text, std::size_t place) noexcept {
  Gap gap{place, place, place};
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
  if (at > 0 && at == text.size() && text[at - 1] == '\\') gap.begin = --at;
  while (at > 0 && place - at < longest_gap) {
    if (const auto size = break_before(text, at); size != 0) {
      if (gap.empty()) gap.breaks_end = at;
      gap.begin = at -= size;
    } else if (is_blank(text[at - 1])) {
      --at;
    } else {
      break;
    }
  }
  return gap;
}

std::size_t behind(const Gap& gap, std::string_view form, std::size_t next) noexcept {
  return next < form.size() && is_blank(form[next]) ? gap.breaks_end : gap.end;
}

Fit fit_wrapped(std::string_view text, std::size_t place, std::string_view form,
                std::size_t next) noexcept {
  bool inner = next > 0;  // a gap came before this line
  for (std::size_t line = next; next < form.size();) {
    if (place == text.size()) return {Fit::Kind::cut_off, place};
    if (text[place] == form[next]) {
      ++place;
      ++next;
      continue;
    }
    const Gap gap = gap_at(text, place);
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
