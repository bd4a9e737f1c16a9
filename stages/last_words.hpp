#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "core/base/text.hpp"
#include "core/exec/line_output.hpp"

namespace pipectl::stages {

/// Passes lines on and remembers the last one that says something.
class LastWords final : public LineSink {
 public:
  explicit LastWords(LineSink& next) : next_(next) {}
  bool offer(Stream stream, std::string& lines, Milliseconds wait) override {
    auto last = last_line(lines);
    if (!next_.offer(stream, lines, wait)) return false;
    if (!last.empty()) (stream == Stream::err ? err_ : out_) = std::move(last);
    return true;
  }
  /// Of stderr; of stdout when nothing came there. May be empty.
  [[nodiscard]] const std::string& text() const noexcept { return err_.empty() ? out_ : err_; }

 private:
  static std::string last_line(std::string_view lines) {
    constexpr std::size_t longest = 200;
    const auto text = trim(lines);
    const auto line = trim(text.substr(text.find_last_of("\r\n") + 1));
    return line.size() > longest ? printable(line.substr(0, longest)) + "…" : printable(line);
  }

  LineSink& next_;
  std::string out_;
  std::string err_;
};

}  // namespace pipectl::stages
