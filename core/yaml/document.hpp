#pragma once

#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "core/base/diagnostic.hpp"

namespace pipectl::yaml {

enum class Kind : std::uint8_t { null, scalar, sequence, mapping };

/// `text`, `a list`, `a mapping`, `nothing`: for messages.
[[nodiscard]] std::string_view describe(Kind kind) noexcept;

/// A view of one node of a Document (or of an Overlay), as cheap to copy as a pointer. Aliases are
/// already resolved: an alias is a node whose content is the anchor's and whose span is its own
/// place. Valid while its Document and its SourceFile are.
class Node {
 public:
  struct Data;
  struct Entry;
  class Items;    ///< range of Node
  class Entries;  ///< range of Entry, in the order written

  explicit Node(const Data& data) noexcept : data_(&data) {}

  [[nodiscard]] Kind kind() const noexcept;
  [[nodiscard]] Span span() const noexcept;
  /// The text of a scalar with quotes and escapes resolved; empty for others.
  [[nodiscard]] std::string_view text() const noexcept;
  /// True for a scalar written in quotes or as a block: never a boolean, number or null.
  [[nodiscard]] bool is_string() const noexcept;
  [[nodiscard]] std::size_t size() const noexcept;  ///< items or entries
  [[nodiscard]] Items items() const noexcept;       ///< none unless a sequence
  [[nodiscard]] Entries entries() const noexcept;   ///< none unless a mapping
  [[nodiscard]] std::optional<Node> find(std::string_view key) const noexcept;
  [[nodiscard]] const Data& data() const noexcept { return *data_; }

 private:
  const Data* data_;
};

/// What a node holds. A plain struct in an arena: `children` are the items, or key and value by
/// turns; `text` is copied out of the source only where quotes, folding or escapes changed it.
struct Node::Data {
  const SourceFile* file{nullptr};
  union {
    const char* text{nullptr};
    const Data* const* children;
  };
  std::uint32_t size{0};  ///< bytes of the text, or number of children
  std::uint32_t line{0};
  std::uint32_t column{0};
  std::uint32_t length{1};  ///< bytes to underline
  std::uint32_t weight{1};  ///< nodes below and this one, with aliases written out
  std::uint8_t height{0};   ///< levels below
  Kind kind{Kind::null};
  bool quoted{false};
  bool open{false};  ///< still being read: an alias to it would contain itself
};

struct Node::Entry {
  Node key;
  Node value;
};

class Node::Items {
 public:
  class Iterator {
   public:
    using value_type = Node;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;
    explicit Iterator(const Data* const* at) noexcept : at_(at) {}
    Node operator*() const noexcept { return Node(**at_); }
    Iterator& operator++() noexcept { return ++at_, *this; }
    Iterator operator++(int) noexcept { return Iterator(at_++); }
    bool operator==(const Iterator&) const = default;

   private:
    const Data* const* at_{nullptr};
  };
  Items(const Data* const* first, std::size_t size) noexcept : first_(first), size_(size) {}
  [[nodiscard]] Iterator begin() const noexcept { return Iterator(first_); }
  [[nodiscard]] Iterator end() const noexcept { return Iterator(first_ + size_); }

 private:
  const Data* const* first_;
  std::size_t size_;
};

class Node::Entries {
 public:
  class Iterator {
   public:
    using value_type = Entry;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;
    explicit Iterator(const Data* const* at) noexcept : at_(at) {}
    Entry operator*() const noexcept { return {Node(*at_[0]), Node(*at_[1])}; }
    Iterator& operator++() noexcept { return at_ += 2, *this; }
    Iterator operator++(int) noexcept { return Iterator(std::exchange(at_, at_ + 2)); }
    bool operator==(const Iterator&) const = default;

   private:
    const Data* const* at_{nullptr};
  };
  Entries(const Data* const* first, std::size_t children) noexcept
      : first_(first), children_(children) {}
  [[nodiscard]] Iterator begin() const noexcept { return Iterator(first_); }
  [[nodiscard]] Iterator end() const noexcept { return Iterator(first_ + children_); }

 private:
  const Data* const* first_;
  std::size_t children_;
};

inline Kind Node::kind() const noexcept { return data_->kind; }
inline Span Node::span() const noexcept {
  return {data_->file, data_->line, data_->column, data_->length};
}
inline std::string_view Node::text() const noexcept {
  return kind() == Kind::scalar ? std::string_view(data_->text, data_->size) : std::string_view();
}
inline bool Node::is_string() const noexcept { return data_->quoted; }
inline std::size_t Node::size() const noexcept {
  if (kind() == Kind::mapping) return data_->size / 2;
  return kind() == Kind::sequence ? data_->size : 0;
}
inline Node::Items Node::items() const noexcept {
  return kind() == Kind::sequence ? Items(data_->children, data_->size) : Items(nullptr, 0);
}
inline Node::Entries Node::entries() const noexcept {
  return kind() == Kind::mapping ? Entries(data_->children, data_->size) : Entries(nullptr, 0);
}

/// One YAML document, parsed once into an arena. Duplicate keys, keys that are no text, unknown
/// tags, alias bombs (more than 1,000,000 nodes after aliases), nesting deeper than 100, more than
/// one document, control characters, non-UTF-8 text and files over 4 MiB become diagnostics; a
/// document with a duplicate or a bad key is still readable (the first of the duplicates holds).
/// A merge key (`<<`) is resolved here: entries that the mapping does not have itself follow its
/// own, with the places where they were written.
class Document {
 public:
  /// Nothing when no tree at all could be made; the reasons are in `diagnostics`. `source` must
  /// outlive the document.
  static std::optional<Document> parse(const SourceFile& source, Diagnostics& diagnostics);

  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  ~Document();

  [[nodiscard]] Node root() const noexcept;

 private:
  struct Arena;
  explicit Document(std::unique_ptr<Arena> arena);
  std::unique_ptr<Arena> arena_;
};

}  // namespace pipectl::yaml
