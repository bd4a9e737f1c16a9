#include "core/store/json_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

namespace pipectl::store {
namespace {

constexpr std::size_t usual_length = 512;

/// Printable ASCII that stands in JSON as it is. Counted, as the compiler can then look at many
/// characters at once.
bool is_plain(std::string_view text) {
  return std::ranges::count_if(
             text, [](char c) { return c < ' ' || c == '\x7f' || c == '"' || c == '\\'; }) == 0;
}

}  // namespace

JsonLine::JsonLine() {
  line_.reserve(usual_length);
  line_ += '{';
}

void JsonLine::key(std::string_view key) {
  if (line_.size() > 1) line_ += ',';
  line_ += '"';
  line_ += key;
  line_ += "\":";
}

JsonLine& JsonLine::text(std::string_view key, std::string_view value) {
  using Json = nlohmann::json;
  this->key(key);
  if (!is_plain(value)) {
    line_ += Json(value).dump(-1, ' ', false, Json::error_handler_t::replace);
    return *this;
  }
  line_ += '"';
  line_ += value;
  line_ += '"';
  return *this;
}

JsonLine& JsonLine::text_if_any(std::string_view key, std::string_view value) {
  return value.empty() ? *this : text(key, value);
}

JsonLine& JsonLine::number_if_any(std::string_view key, std::uint32_t value) {
  if (value == 0) return *this;
  this->key(key);
  fmt::format_to(std::back_inserter(line_), "{}", value);
  return *this;
}

JsonLine& JsonLine::number(std::string_view key, double value) {
  this->key(key);
  if (std::isfinite(value))
    fmt::format_to(std::back_inserter(line_), "{}", value);
  else
    line_ += "null";
  return *this;
}

std::string JsonLine::take() {
  line_ += '}';
  return std::move(line_);
}

}  // namespace pipectl::store
