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
/// absent, so that one pass finds every problem. Keys are literals: they must outlive the reader.
/// A key that is absent costs next to nothing.
class Reader {
 public:
  /// `what` names the mapping in messages: "stage 'unit'". Reports a node that is no mapping; null
  /// is an empty one.
  Reader(Node node, std::string what, Diagnostics& diagnostics);

  /// The raw node of a key, or nothing when absent or null.
  std::optional<Node> node(std::string_view key);
  /// A plain scalar is text, too: `node: 18` is "18".
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
  /// Makes keys known without reading them here (another part of the loader does). The list must
  /// outlive the reader.
  void allow(std::span<const std::string_view> keys);
  /// The keys present that nobody asked for, in the order written.
  [[nodiscard]] std::vector<Node> unasked() const;
  /// Reports keys that nobody asked for. Call once, last.
  void finish();
  /// Reports one key as unknown, as finish() does.
  void report_unknown(Node key);

  [[nodiscard]] Node self() const noexcept { return node_; }
  [[nodiscard]] const std::string& what() const noexcept { return what_; }
  [[nodiscard]] Diagnostics& diagnostics() noexcept { return diagnostics_; }

 private:
  [[nodiscard]] bool is_known(std::string_view key) const noexcept;

  Node node_;
  std::string what_;
  Diagnostics& diagnostics_;
  std::uint64_t present_{0};  ///< one bit for each key of the mapping, by a hash
  std::vector<std::string_view> asked_;
  std::vector<std::span<const std::string_view>> allowed_;
};

/// The readings of one value. `key` names it in the message.
std::optional<std::string_view> read_string(Node value, std::string_view key,
                                            Diagnostics& diagnostics);
std::optional<bool> read_boolean(Node value, std::string_view key, Diagnostics& diagnostics);
struct Limits {
  long min;
  long max;
};
std::optional<long> read_integer(Node value, std::string_view key, Limits limits,
                                 Diagnostics& diagnostics);
std::optional<Milliseconds> read_duration(Node value, std::string_view key,
                                          Diagnostics& diagnostics);
std::vector<Node> read_strings(Node value, std::string_view key, Diagnostics& diagnostics);
std::optional<std::string_view> read_choice(Node value, std::string_view key,
                                            std::span<const std::string_view> choices,
                                            Diagnostics& diagnostics);

}  // namespace pipectl::yaml
