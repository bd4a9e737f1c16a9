#include "core/expr/functions.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace pipectl::expr {
namespace {

constexpr std::size_t any_number = std::numeric_limits<std::size_t>::max();

constexpr std::array functions{
    Function{FunctionId::success, "success", "success()",
             "true when nothing that the stage needs failed; what holds without a condition", 0, 0,
             Origin::file},
    Function{FunctionId::failure, "failure", "failure()",
             "true when something that the stage needs, directly or not, failed", 0, 0,
             Origin::file},
    Function{FunctionId::always, "always", "always()",
             "true; the stage runs once its needs have ended, however they ended", 0, 0,
             Origin::file},
    Function{FunctionId::changed, "changed", "changed('glob', …)",
             "true when the event changed a file that matches one of the patterns", 1, any_number,
             Origin::outside},
    Function{FunctionId::contains, "contains", "contains(where, what)",
             "true when the text holds the other one, or the list has it as an item", 2, 2,
             Origin::file},
    Function{FunctionId::starts_with, "starts_with", "starts_with(text, beginning)",
             "true when the text begins with the other one", 2, 2, Origin::file},
    Function{FunctionId::has, "has", "has(value)", "true when the value is there and not empty", 1,
             1, Origin::file}};

}  // namespace

std::span<const Function> describe_function_table() noexcept { return functions; }

const Function* find_function(std::string_view name) noexcept {
  const auto* const hit = std::ranges::find(functions, name, &Function::name);
  return hit == functions.end() ? nullptr : &*hit;
}

}  // namespace pipectl::expr
