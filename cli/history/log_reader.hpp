#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"

namespace pipectl::cli {

/// Reads a log that may still grow, and may not be there yet. Only whole regular files: a link in
/// its place is not followed.
class LogReader {
 public:
  explicit LogReader(std::filesystem::path file);
  ~LogReader();
  LogReader(const LogReader&) = delete;
  LogReader& operator=(const LogReader&) = delete;

  using Take = std::function<Result<void>(std::string_view)>;
  /// Hands over everything that came since the last call.
  Result<void> read(const Take& take);
  [[nodiscard]] bool found() const noexcept;
  /// Returns as soon as the log may have grown, at the latest after `most`.
  void wait(Milliseconds most);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pipectl::cli
