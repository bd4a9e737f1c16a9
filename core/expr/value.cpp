#include "core/expr/value.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "core/base/text.hpp"
#include "core/expr/compare.hpp"

namespace pipectl::expr {
namespace {

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

std::string number_text(double number) {
  constexpr double exact = 9'007'199'254'740'992;  // 2^53: every whole number below it is itself
  if (number == 0) return "0";                     // not "-0"
  if (std::trunc(number) == number && std::abs(number) < exact)
    return fmt::format("{:.0f}", number);
  return fmt::format("{}", number);
}

std::optional<double> as_number(const Value& value) {
  if (const auto* number = std::get_if<double>(&value)) return *number;
  if (const auto* text = std::get_if<std::string>(&value)) return parse_number(trim(*text));
  return std::nullopt;
}

template <class Left>
std::partial_ordering order(const Left& left, const Left& right) {
  if (left == right) return std::partial_ordering::equivalent;
  return left < right ? std::partial_ordering::less : std::partial_ordering::greater;
}

}  // namespace

bool truthy(const Value& value) {
  return std::visit(Overloaded{[](std::monostate) { return false; }, [](bool flag) { return flag; },
                               [](double number) { return number != 0; },
                               [](const auto& sequence) { return !sequence.empty(); }},
                    value);
}

std::string to_text(const Value& value) {
  return std::visit(
      Overloaded{[](std::monostate) { return std::string(); },
                 [](bool flag) { return std::string(flag ? "true" : "false"); },
                 [](double number) { return number_text(number); },
                 [](const std::string& text) { return text; },
                 [](const std::vector<std::string>& list) { return join(list, ","); }},
      value);
}

std::optional<double> parse_number(std::string_view text) noexcept {
  // from_chars also takes "inf" and "nan", which are words here.
  const auto digits = text.starts_with('-') ? text.substr(1) : text;
  if (digits.empty() || digits.front() < '0' || digits.front() > '9') return std::nullopt;
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool equal(const Value& left, const Value& right) {
  const bool one_is_number =
      std::holds_alternative<double>(left) || std::holds_alternative<double>(right);
  if (one_is_number) {
    const auto a = as_number(left);
    const auto b = as_number(right);
    if (a && b) return *a == *b;
  }
  return to_text(left) == to_text(right);
}

std::partial_ordering compare(const Value& left, const Value& right) {
  const auto a = as_number(left);
  const auto b = as_number(right);
  if (a && b) return order(*a, *b);
  return order(to_text(left), to_text(right));
}

}  // namespace pipectl::expr
