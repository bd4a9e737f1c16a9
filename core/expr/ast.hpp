#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/diagnostic.hpp"
#include "core/expr/functions.hpp"
#include "core/expr/value.hpp"

namespace pipectl::expr {

enum class Op : std::uint8_t {
  literal,
  path,
  call,
  not_,
  and_,  ///< of two or more, so that a long chain is no deep tree
  or_,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
};

struct Extent {
  std::uint32_t offset{0};  ///< in Ast::text
  std::uint32_t length{0};
};

struct AstNode {
  Op op{Op::literal};
  Extent extent;
  std::uint16_t depth{1};
  Value literal;
  std::vector<std::string> path;      ///< of a name; the function's name of a call
  std::vector<Extent> parts;          ///< of the path
  const Function* function{nullptr};  ///< null: there is none of that name
  std::vector<std::uint32_t> children;
};

/// An expression as a tree. No node is deeper than max_depth, so walking it needs little stack.
struct Ast {
  std::string text;
  Span where;                  ///< the scalar that holds it
  std::string scalar{};        ///< text of that scalar where it is more than `text`
  std::size_t base{0};         ///< where `text` begins in it
  std::vector<AstNode> nodes;  ///< children before parents; the last one is the root

  [[nodiscard]] const AstNode& root() const { return nodes.back(); }
};

inline constexpr std::uint16_t max_depth = 100;

}  // namespace pipectl::expr
