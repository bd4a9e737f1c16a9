#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/expr/scope.hpp"

namespace pipectl::expr {

enum class FunctionId : std::uint8_t {
  success,
  failure,
  always,
  changed,
  contains,
  starts_with,
  has,
};

struct Function {
  FunctionId id;
  std::string_view name;
  std::string_view signature;  ///< `contains(where, what)`
  std::string_view summary;    ///< one line
  std::size_t least;           ///< arguments
  std::size_t most;
  Origin origin;  ///< of the result, when all arguments are from the file
};

/// Every function of the language, for looking up and for the documentation.
[[nodiscard]] std::span<const Function> describe_function_table() noexcept;

/// Null when there is none of that name.
[[nodiscard]] const Function* find_function(std::string_view name) noexcept;

}  // namespace pipectl::expr
