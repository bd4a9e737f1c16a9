#include "core/base/text.hpp"
#include "core/base/utf8.hpp"

namespace pipectl {
namespace {

constexpr std::string_view ellipsis = "…";

/// The bytes of the longest beginning of whole characters that costs at most `most`.
template <class Cost>
std::size_t fitting(std::string_view text, std::size_t most, Cost cost) {
  std::size_t end = 0;
  for (std::size_t spent = 0; end < text.size();) {
    const Utf8Char next = first_utf8_char(text.substr(end));
    spent += cost(next);
    if (spent > most) break;
    end += next.length;
  }
  return end;
}

template <class Cost>
std::string cut_by(std::string_view text, std::size_t most, std::size_t mark, Cost cost) {
  if (fitting(text, most, cost) == text.size()) return std::string(text);
  if (most < mark) return {};
  return std::string(text.substr(0, fitting(text, most - mark, cost))) + std::string(ellipsis);
}

}  // namespace

std::string cut(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return std::string(text);
  return cut_by(text, bytes, ellipsis.size(),
                [](const Utf8Char& next) { return std::size_t{next.length}; });
}

std::string cut_to_characters(std::string_view text, std::size_t characters) {
  if (text.size() <= characters) return std::string(text);
  return cut_by(text, characters, 1, [](const Utf8Char&) { return std::size_t{1}; });
}

}  // namespace pipectl
