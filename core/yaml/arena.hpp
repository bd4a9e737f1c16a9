#pragma once

#include <cstring>
#include <memory_resource>
#include <span>
#include <string_view>

#include "core/yaml/document.hpp"

namespace pipectl::yaml {

/// Memory for nodes. Everything in it stays where it is and goes all at once.
class NodeArena {
 public:
  Node::Data* make() {
    return new (memory_.allocate(sizeof(Node::Data), alignof(Node::Data))) Node::Data();
  }

  const char* copy(std::string_view text) {
    if (text.empty()) return "";
    auto* const bytes = static_cast<char*>(memory_.allocate(text.size(), 1));
    std::memcpy(bytes, text.data(), text.size());
    return bytes;
  }

  const Node::Data* const* copy(std::span<const Node::Data* const> children) {
    if (children.empty()) return nullptr;
    void* const room = memory_.allocate(children.size_bytes(), alignof(const Node::Data*));
    std::memcpy(room, children.data(), children.size_bytes());
    return static_cast<const Node::Data* const*>(room);
  }

 private:
  std::pmr::monotonic_buffer_resource memory_{std::size_t{16} << 10U};
};

}  // namespace pipectl::yaml
