#pragma once

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace pipectl::test {

/// ESC and CR made visible, so that a golden file can be read and reviewed.
inline std::string visible(std::string_view text) {
  std::string shown;
  for (const char c : text) {
    if (c == '\x1b')
      shown += "␛";
    else if (c == '\r')
      shown += "␍";
    else
      shown += c;
  }
  return shown;
}

/// What tests/golden/ui/NAME holds. With UPDATE_GOLDEN=1 it is written first: read the
/// difference before you commit it.
inline std::string golden(const std::string& name, const std::string& actual) {
  const std::string path = std::string{PIPECTL_SOURCE_DIR} + "/tests/golden/ui/" + name;
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream{path, std::ios::binary} << actual;
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace pipectl::test
