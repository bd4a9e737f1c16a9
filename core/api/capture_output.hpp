#pragma once

#include <cstddef>
#include <string>

#include "core/exec/executor.hpp"

namespace pipectl {

/// Keeps a command's output in memory, within bounds: the beginning of stdout, whose size decides
/// whether it is whole, and the end of stderr, where the reason stands.
class CaptureOutput final : public OutputSink {
 public:
  explicit CaptureOutput(std::size_t most_out, std::size_t most_err = 4096)
      : most_out_(most_out), most_err_(most_err) {}

  bool offer(Stream stream, std::string& bytes, Milliseconds wait) override;
  bool end(Stream stream, Milliseconds wait) override;

  [[nodiscard]] const std::string& out() const noexcept { return out_; }
  [[nodiscard]] bool out_is_whole() const noexcept { return whole_; }
  [[nodiscard]] const std::string& err() const noexcept { return err_; }
  /// The last line with text, of stderr, or else of stdout.
  [[nodiscard]] std::string last_line() const;

 private:
  std::size_t most_out_;
  std::size_t most_err_;
  std::string out_;
  std::string err_;
  std::string tail_;  ///< end of stdout
  bool whole_{true};
};

}  // namespace pipectl
