#include "stages/last_words.hpp"

#include <string_view>

#include "core/base/text.hpp"

namespace pipectl::stages {
namespace {

constexpr std::size_t longest = 200;

std::string last_line(std::string_view lines) {
  const auto text = trim(lines);
  const auto line = trim(text.substr(text.find_last_of("\r\n") + 1));
  return line.size() > longest ? printable(line.substr(0, longest)) + "…" : printable(line);
}

}  // namespace

bool LastWords::offer(Stream stream, std::string& lines, Milliseconds wait) {
  auto last = last_line(lines);
  if (!next_.offer(stream, lines, wait)) return false;
  if (!last.empty()) (stream == Stream::err ? err_ : out_) = std::move(last);
  return true;
}

const std::string& LastWords::text() const noexcept { return err_.empty() ? out_ : err_; }

}  // namespace pipectl::stages
