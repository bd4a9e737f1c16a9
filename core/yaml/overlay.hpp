#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "core/yaml/document.hpp"

namespace pipectl::yaml {

/// Mappings made of others, for keys that are inherited. Its nodes are valid while it and the
/// documents behind it are. Nothing is copied but lists of pointers.
class Overlay {
 public:
  Overlay();
  ~Overlay();
  Overlay(const Overlay&) = delete;
  Overlay& operator=(const Overlay&) = delete;

  /// The entries of `top`, then those of `base` whose key `top` does not have. A mapping under the
  /// key `merged_key` on both sides is merged in the same way, the base's entries first.
  [[nodiscard]] Node merge(Node base, Node top, std::string_view merged_key);
  /// The entries whose key is wanted.
  [[nodiscard]] Node keep(Node mapping, const std::function<bool(std::string_view)>& wanted);
  /// How many entries were made so far: two stages that take over the same thousand count twice.
  [[nodiscard]] std::size_t entries() const noexcept;

 private:
  struct Arena;
  std::unique_ptr<Arena> arena_;
};

}  // namespace pipectl::yaml
