#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "core/base/diagnostic.hpp"

namespace pipectl::yaml {

enum class Kind : std::uint8_t { null, scalar, sequence, mapping };

class Document;

/// A view of one node of a Document, cheap to copy. Aliases are already resolved: an alias is a
/// node whose content is the anchor's and whose span is its own place. Valid while the Document is.
class Node {
 public:
  struct Entry;
  class Items;    ///< range of Node
  class Entries;  ///< range of Entry, in the order written

  [[nodiscard]] Kind kind() const noexcept;
  [[nodiscard]] Span span() const noexcept;
  /// The text of a scalar with quotes and escapes resolved; empty for others.
  [[nodiscard]] std::string_view text() const noexcept;
  /// True for a scalar written in quotes or as a block: never a boolean, number or null.
  [[nodiscard]] bool is_string() const noexcept;
  [[nodiscard]] std::size_t size() const noexcept;  ///< items or entries
  [[nodiscard]] Items items() const noexcept;
  [[nodiscard]] Entries entries() const noexcept;
  [[nodiscard]] std::optional<Node> find(std::string_view key) const noexcept;

 private:
  friend class Document;
  Node(const Document* document, std::uint32_t index) : document_(document), index_(index) {}
  const Document* document_;
  std::uint32_t index_;
};

/// One YAML document, parsed once into an arena. Duplicate keys, alias bombs (more than 1,000,000
/// nodes after aliases), nesting deeper than 100, more than one document, non-UTF-8 text and files
/// over 4 MiB become diagnostics; a document with such errors may still be partly readable.
class Document {
 public:
  /// Nothing when no tree at all could be made; the reasons are in `diagnostics`.
  static std::optional<Document> parse(const SourceFile& source, Diagnostics& diagnostics);

  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  ~Document();

  [[nodiscard]] Node root() const noexcept;

 private:
  friend class Node;
  struct Arena;
  explicit Document(std::unique_ptr<Arena> arena);
  std::unique_ptr<Arena> arena_;
};

}  // namespace pipectl::yaml
