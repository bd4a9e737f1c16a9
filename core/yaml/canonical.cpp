#include "core/yaml/canonical.hpp"

#include <algorithm>
#include <map>

namespace pipectl::yaml {
namespace {

/// A text with its length in front: no text can look like the end of another.
void add_text(std::string_view text, std::string& out) {
  out += std::to_string(text.size());
  out += ':';
  out += text;
}

void add(Node node, std::span<const std::string_view> except, std::string& out) {
  switch (node.kind()) {
    case Kind::null:
      out += '~';
      return;
    case Kind::scalar:
      out += node.is_string() ? 's' : 'p';
      add_text(node.text(), out);
      return;
    case Kind::sequence:
      out += '[';
      for (const Node item : node.items()) add(item, {}, out);
      out += ']';
      return;
    case Kind::mapping:
      break;
  }
  std::map<std::string_view, Node> sorted;
  for (const Node::Entry entry : node.entries())
    if (std::find(except.begin(), except.end(), entry.key.text()) == except.end())
      sorted.emplace(entry.key.text(), entry.value);
  out += '{';
  for (const auto& [key, value] : sorted) {
    add_text(key, out);
    add(value, {}, out);
  }
  out += '}';
}

}  // namespace

std::string canonical(Node node, std::span<const std::string_view> except) {
  std::string out;
  add(node, except, out);
  return out;
}

}  // namespace pipectl::yaml
