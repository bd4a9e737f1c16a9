#pragma once

#include <string>
#include <vector>

#include "core/base/result.hpp"

namespace pipectl::store {

/// A file, or a folder when its path ends with '/'.
struct TarItem {
  std::string path;
  std::string content{};
  unsigned mode{0644};
};

/// A tar (pax) of these, owned by root, as text: for another program's stdin, where nothing may
/// touch a disk on the way. Fault::infrastructure when libarchive is not installed.
[[nodiscard]] Result<std::string> tar_text(const std::vector<TarItem>& items);

}  // namespace pipectl::store
