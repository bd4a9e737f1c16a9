#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/yaml/document.hpp"

namespace pipectl::yaml {

/// A mapping in a form that is the same for the same content: comments, layout, quotes and the
/// order of keys do not count, anchors are resolved. The keys in `except` are left out at the top.
/// For telling whether something was changed; not meant to be read back.
[[nodiscard]] std::string canonical(Node node, std::span<const std::string_view> except = {});

}  // namespace pipectl::yaml
