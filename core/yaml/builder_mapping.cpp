#include <fmt/format.h>

#include <unordered_map>
#include <unordered_set>

#include "core/base/text.hpp"
#include "core/yaml/builder.hpp"

// What a mapping needs when its last entry is read: keys are text and unique, merge keys resolved.

namespace pipectl::yaml {
namespace {

constexpr std::size_t most_merged = 1'000'000;  ///< entries copied by all merge keys together
constexpr std::size_t few_entries = 16;         ///< entries that are compared one by one

std::string_view text_of(const Node::Data& node) noexcept { return {node.text, node.size}; }

bool is_merge_key(const Node::Data& key) noexcept { return !key.quoted && text_of(key) == "<<"; }

Span span_of(const Node::Data& node) noexcept { return Node(node).span(); }

/// Finds an earlier key of the same text: by comparing in a small mapping, else with a table.
class EarlierKeys {
 public:
  explicit EarlierKeys(std::size_t entries) : use_table_(entries > few_entries) {
    if (use_table_) table_.reserve(entries);
  }
  /// The earlier one, or null; then `key` is remembered.
  const Node::Data* find_or_add(std::span<const Node::Data* const> kept, const Node::Data& key) {
    if (use_table_) {
      const auto [entry, fresh] = table_.try_emplace(text_of(key), &key);
      return fresh ? nullptr : entry->second;
    }
    for (std::size_t i = 0; i < kept.size(); i += 2)
      if (text_of(*kept[i]) == text_of(key)) return kept[i];
    return nullptr;
  }

 private:
  bool use_table_;
  std::unordered_map<std::string_view, const Node::Data*> table_;
};

}  // namespace

void Builder::drop_bad_keys(std::size_t first) {
  EarlierKeys earlier((pending_.size() - first) / 2);
  std::size_t kept = first;
  for (std::size_t i = first; i + 1 < pending_.size(); i += 2) {
    const Node::Data& key = *pending_[i];
    if (key.kind != Kind::scalar) {
      diagnostics_.error(span_of(key),
                         fmt::format("a key must be text, not {}", describe(key.kind)),
                         key.kind == Kind::null ? "quote it if it is meant as text" : "");
      continue;
    }
    const auto* const other =
        earlier.find_or_add(std::span(pending_.data() + first, kept - first), key);
    if (other != nullptr) {
      diagnostics_.error(span_of(key), fmt::format("duplicate key '{}'", text_of(key)),
                         fmt::format("it stands already in line {}", other->line));
      continue;
    }
    const Node::Data* const value = pending_[i + 1];
    pending_[kept++] = &key;
    pending_[kept++] = value;
  }
  pending_.resize(kept);
}

bool Builder::has_key(std::size_t first, std::string_view key) const {
  for (std::size_t i = first; i < pending_.size(); i += 2)
    if (text_of(*pending_[i]) == key) return true;
  return false;
}

void Builder::merge(const Node::Data& from, std::size_t first) {
  const std::size_t own = (pending_.size() - first) / 2;
  std::unordered_set<std::string_view> table;
  if (own * from.size > few_entries * few_entries)
    for (std::size_t i = first; i < pending_.size(); i += 2) table.insert(text_of(*pending_[i]));
  merged_ += own + from.size;
  Node::Data& target = *frames_.back().node;
  for (std::size_t i = 0; i + 1 < from.size; i += 2) {
    const Node::Data* const key = from.children[i];
    const auto text = text_of(*key);
    if (table.empty() ? has_key(first, text) : table.contains(text)) continue;
    pending_.push_back(key);
    pending_.push_back(from.children[i + 1]);
    target.weight += 1 + from.children[i + 1]->weight;
    if (target.weight > most_merged || merged_ > most_merged)
      refuse(span_of(target), "merge keys make this file larger than 1,000,000 nodes");
  }
}

void Builder::resolve_merges(std::size_t first) {
  std::size_t at = first;
  while (at < pending_.size() && !is_merge_key(*pending_[at])) at += 2;
  if (at >= pending_.size()) return;
  const Node::Data& value = *pending_[at + 1];
  const auto from = pending_.begin() + static_cast<std::ptrdiff_t>(at);
  pending_.erase(from, from + 2);
  const auto merge_one = [&](const Node::Data& source) {
    if (source.kind == Kind::mapping) return merge(source, first);
    diagnostics_.error(
        span_of(source),
        fmt::format("'<<' takes a mapping or a list of mappings, not {}", describe(source.kind)),
        "name an anchor: `<<: *defaults`");
  };
  if (value.kind != Kind::sequence) return merge_one(value);
  for (std::size_t i = 0; i < value.size; ++i) merge_one(*value.children[i]);
}

}  // namespace pipectl::yaml
