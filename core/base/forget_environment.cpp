#include "core/base/forget_environment.hpp"

#include <unistd.h>

#include <cstring>
#include <string_view>

namespace pipectl {

void forget_environment(std::span<const std::string> names) noexcept {
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    for (const auto& name : names)
      if (text.size() > name.size() && text.starts_with(name) && text[name.size()] == '=')
        ::explicit_bzero(*entry + name.size() + 1, text.size() - name.size() - 1);
  }
}

}  // namespace pipectl
