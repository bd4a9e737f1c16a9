#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "core/base/unique_fd.hpp"
#include "core/exec/executor.hpp"

namespace pipectl::stages {

/// Puts what a command writes to stdout into a file; stderr goes to the log.
class ReportOutput final : public OutputSink {
 public:
  /// `log` takes stderr; it must outlive this.
  explicit ReportOutput(OutputSink& log) : log_(log) {}
  Result<void> open(const std::filesystem::path& file);

  bool offer(Stream stream, std::string& bytes, Milliseconds wait) override;
  bool end(Stream stream, Milliseconds wait) override;
  /// Why not all could be written: the disk is full.
  [[nodiscard]] const std::optional<Error>& failure() const noexcept { return failure_; }

 private:
  OutputSink& log_;
  std::filesystem::path file_;
  UniqueFd fd_;
  std::optional<Error> failure_;
};

}  // namespace pipectl::stages
