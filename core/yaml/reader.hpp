#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/diagnostic.hpp"
#include "core/yaml/document.hpp"

namespace pipectl::yaml {

/// Reads one mapping, key by key. Every key asked for counts as known; `finish()` reports the rest
/// as unknown, with a suggestion from the known ones. A wrong type is a diagnostic and reads as
/// absent, so that one pass finds every problem.
class Reader {
 public:
  /// `what` names the mapping in messages: "stage 'unit'". Reports a node that is no mapping.
  Reader(Node node, std::string what, Diagnostics& diagnostics);

  /// The raw node of a key, or nothing when absent or null.
  std::optional<Node> node(std::string_view key);
  std::optional<std::string_view> string(std::string_view key);
  std::optional<std::string_view> required_string(std::string_view key);
  std::optional<bool> boolean(std::string_view key);
  std::optional<long> integer(std::string_view key, long min, long max);
  std::optional<Milliseconds> duration(std::string_view key);
  /// A scalar or a list of scalars. Each element keeps its node for later messages.
  std::vector<Node> strings(std::string_view key);
  /// One of `choices`, else a diagnostic with a suggestion.
  std::optional<std::string_view> choice(std::string_view key,
                                         std::span<const std::string_view> choices);
  /// Makes keys known without reading them here (another part of the loader does).
  void allow(std::span<const std::string_view> keys);
  /// Reports keys that nobody asked for. Call once, last.
  void finish();

  [[nodiscard]] Node self() const noexcept { return node_; }
  [[nodiscard]] const std::string& what() const noexcept { return what_; }
  [[nodiscard]] Diagnostics& diagnostics() noexcept { return diagnostics_; }

 private:
  Node node_;
  std::string what_;
  Diagnostics& diagnostics_;
  std::vector<std::string> known_;
};

}  // namespace pipectl::yaml
