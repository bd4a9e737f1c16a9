#include "core/base/env.hpp"

#include <unistd.h>

#include <string_view>

namespace pipectl {

EnvMap host_environment() {
  EnvMap result;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    // Entries without a name are possible (execve checks nothing) and of no use to anybody.
    if (equals == std::string_view::npos || equals == 0) continue;
    // The first of two equal names wins, as getenv() has it.
    result.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return result;
}

}  // namespace pipectl
