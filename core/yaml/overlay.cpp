#include "core/yaml/overlay.hpp"

#include <unordered_set>
#include <vector>

#include "core/yaml/arena.hpp"

namespace pipectl::yaml {
namespace {

constexpr std::size_t few_keys = 16;  ///< entries that are compared one by one

/// Whether a mapping has a key; quick for large ones, too.
class KeySet {
 public:
  explicit KeySet(Node mapping) : mapping_(mapping) {
    if (mapping.size() <= few_keys) return;
    for (const auto& entry : mapping.entries()) table_.insert(entry.key.text());
  }
  [[nodiscard]] bool has(std::string_view key) const {
    return table_.empty() ? mapping_.find(key).has_value() : table_.contains(key);
  }

 private:
  Node mapping_;
  std::unordered_set<std::string_view> table_;
};

using Children = std::vector<const Node::Data*>;

void append(const Node::Entry& entry, Children& out) {
  out.push_back(&entry.key.data());
  out.push_back(&entry.value.data());
}

}  // namespace

struct Overlay::Arena {
  NodeArena nodes;
  std::size_t entries{0};

  Node mapping(Node like, const Children& children) {
    entries += children.size() / 2;
    Node::Data* const made = nodes.make();
    *made = like.data();
    made->kind = Kind::mapping;
    made->children = nodes.copy(children);
    made->size = static_cast<std::uint32_t>(children.size());
    return Node(*made);
  }

  /// Base first, so that what stands later may refer to what stands before.
  Node merge_inner(Node base, Node top) {
    Children children;
    const KeySet above(top);
    for (const auto& entry : base.entries())
      if (!above.has(entry.key.text())) append(entry, children);
    for (const auto& entry : top.entries()) append(entry, children);
    return mapping(top, children);
  }
};

Overlay::Overlay() : arena_(std::make_unique<Arena>()) {}
Overlay::~Overlay() = default;

Node Overlay::merge(Node base, Node top, std::string_view merged_key) {
  Children children;
  const KeySet above(top);
  for (const auto& entry : top.entries()) {
    const auto below =
        entry.key.text() == merged_key ? base.find(merged_key) : std::optional<Node>();
    if (below && below->kind() == Kind::mapping && entry.value.kind() == Kind::mapping)
      append({entry.key, arena_->merge_inner(*below, entry.value)}, children);
    else
      append(entry, children);
  }
  for (const auto& entry : base.entries())
    if (!above.has(entry.key.text())) append(entry, children);
  return arena_->mapping(top, children);
}

std::size_t Overlay::entries() const noexcept { return arena_->entries; }

Node Overlay::keep(Node mapping, const std::function<bool(std::string_view)>& wanted) {
  Children children;
  for (const auto& entry : mapping.entries())
    if (wanted(entry.key.text())) append(entry, children);
  return arena_->mapping(mapping, children);
}

}  // namespace pipectl::yaml
