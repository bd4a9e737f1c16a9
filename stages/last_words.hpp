#pragma once

#include <string>

#include "core/exec/line_output.hpp"

namespace pipectl::stages {

/// Passes lines on and remembers the last one that says something.
class LastWords final : public LineSink {
 public:
  explicit LastWords(LineSink& next) : next_(next) {}
  bool offer(Stream stream, std::string& lines, Milliseconds wait) override;
  /// Of stderr; of stdout when nothing came there. May be empty.
  [[nodiscard]] const std::string& text() const noexcept;

 private:
  LineSink& next_;
  std::string out_;
  std::string err_;
};

}  // namespace pipectl::stages
