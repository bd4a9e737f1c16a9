#pragma once

#include <string>

#include "cli/ui/terminal.hpp"
#include "core/model/pipeline.hpp"

namespace pipectl::cli {

/// The stages of a file and what they need, a matrix being one of them. What follows from other
/// needs (a -> b -> c makes a -> c plain) is left out.

/// `image <- quality`, members of groups below their group.
[[nodiscard]] std::string graph_tree(const Pipeline& pipeline, const ui::Terminal& terminal);
/// A `flowchart` for Markdown.
[[nodiscard]] std::string graph_mermaid(const Pipeline& pipeline);
/// For Graphviz.
[[nodiscard]] std::string graph_dot(const Pipeline& pipeline);

}  // namespace pipectl::cli
