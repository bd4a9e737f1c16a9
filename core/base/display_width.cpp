#include "core/base/display_width.hpp"

#include <clocale>
#include <cwchar>

#include "core/base/utf8.hpp"

namespace pipectl {
namespace {

/// The widths of the C library's own Unicode table, whatever locale the user has.
class Utf8Locale {
 public:
  Utf8Locale() : locale_(newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {}
  ~Utf8Locale() {
    if (locale_ != nullptr) freelocale(locale_);
  }
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;

  [[nodiscard]] int width(char32_t code) const noexcept {
    if (locale_ == nullptr) return 1;
    const locale_t before = uselocale(locale_);
    const int width = wcwidth(static_cast<wchar_t>(code));
    uselocale(before);
    return width;
  }

 private:
  locale_t locale_;
};

}  // namespace

std::size_t display_width(char32_t code) noexcept {
  if (code < 0x300) return 1;
  static const Utf8Locale locale;
  const int width = locale.width(code);
  return width < 0 ? 1U : static_cast<std::size_t>(width);
}

std::size_t display_width(std::string_view text) noexcept {
  std::size_t width = 0;
  while (!text.empty()) {
    const Utf8Char next = first_utf8_char(text);
    width += next.valid ? display_width(next.code) : 1;
    text.remove_prefix(next.length);
  }
  return width;
}

}  // namespace pipectl
