#include "core/yaml/reader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"

namespace pipectl::yaml {
namespace {

/// Enough to tell most absent keys from present ones without comparing texts.
std::uint64_t bit_of(std::string_view key) noexcept {
  if (key.empty()) return 1;
  const std::size_t first = static_cast<unsigned char>(key.front());
  const std::size_t last = static_cast<unsigned char>(key.back());
  return std::uint64_t{1} << ((key.size() * 7 + first + last * 3) & 63U);
}

}  // namespace

Reader::Reader(Node node, std::string what, Diagnostics& diagnostics)
    : node_(node), what_(std::move(what)), diagnostics_(diagnostics) {
  if (node.kind() == Kind::scalar || node.kind() == Kind::sequence)
    diagnostics_.error(node.span(),
                       fmt::format("{} must be a mapping, not {}", what_, describe(node.kind())));
  for (const auto& entry : node.entries()) present_ |= bit_of(entry.key.text());
  asked_.reserve(16);
}

std::optional<Node> Reader::node(std::string_view key) {
  asked_.push_back(key);
  if ((present_ & bit_of(key)) == 0) return std::nullopt;
  const auto found = node_.find(key);
  if (!found || found->kind() == Kind::null) return std::nullopt;
  return found;
}

std::optional<std::string_view> Reader::string(std::string_view key) {
  const auto value = node(key);
  return value ? read_string(*value, key, diagnostics_) : std::nullopt;
}

std::optional<std::string_view> Reader::required_string(std::string_view key) {
  const auto value = node(key);
  if (value) return read_string(*value, key, diagnostics_);
  const bool readable = node_.kind() == Kind::mapping || node_.kind() == Kind::null;
  if (readable) diagnostics_.error(node_.span(), fmt::format("{} needs '{}'", what_, key));
  return std::nullopt;
}

std::optional<bool> Reader::boolean(std::string_view key) {
  const auto value = node(key);
  return value ? read_boolean(*value, key, diagnostics_) : std::nullopt;
}

std::optional<long> Reader::integer(std::string_view key, long min, long max) {
  const auto value = node(key);
  return value ? read_integer(*value, key, {min, max}, diagnostics_) : std::nullopt;
}

std::optional<Milliseconds> Reader::duration(std::string_view key) {
  const auto value = node(key);
  return value ? read_duration(*value, key, diagnostics_) : std::nullopt;
}

std::vector<Node> Reader::strings(std::string_view key) {
  const auto value = node(key);
  return value ? read_strings(*value, key, diagnostics_) : std::vector<Node>();
}

std::optional<std::string_view> Reader::choice(std::string_view key,
                                               std::span<const std::string_view> choices) {
  const auto value = node(key);
  return value ? read_choice(*value, key, choices, diagnostics_) : std::nullopt;
}

void Reader::allow(std::span<const std::string_view> keys) { allowed_.push_back(keys); }

bool Reader::is_known(std::string_view key) const noexcept {
  return std::ranges::find(asked_, key) != asked_.end() ||
         std::ranges::any_of(allowed_, [&](std::span<const std::string_view> keys) {
           return std::ranges::find(keys, key) != keys.end();
         });
}

std::vector<Node> Reader::unasked() const {
  std::vector<Node> keys;
  for (const auto& entry : node_.entries())
    if (!is_known(entry.key.text())) keys.push_back(entry.key);
  return keys;
}

void Reader::report_unknown(Node key) {
  std::vector<std::string_view> known = asked_;
  for (const auto& keys : allowed_) known.insert(known.end(), keys.begin(), keys.end());
  diagnostics_.error(key.span(), fmt::format("unknown key '{}'", key.text()),
                     suggestion(key.text(), known));
}

void Reader::finish() {
  for (const Node key : unasked()) report_unknown(key);
}

}  // namespace pipectl::yaml
