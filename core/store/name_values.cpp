#include "core/store/name_values.hpp"

namespace pipectl::store {

std::string encode(const NameValues& list) {
  std::string text;
  for (const auto& [name, value] : list) {
    text += name;
    text += '\0';
    text += value;
    text += '\0';
  }
  return text;
}

NameValues decode(std::string_view text) {
  NameValues list;
  while (true) {
    const std::size_t middle = text.find('\0');
    if (middle == std::string_view::npos) return list;
    const std::size_t end = text.find('\0', middle + 1);
    if (end == std::string_view::npos) return list;
    list.emplace_back(text.substr(0, middle), text.substr(middle + 1, end - middle - 1));
    text.remove_prefix(end + 1);
  }
}

}  // namespace pipectl::store
