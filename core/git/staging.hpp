#pragma once

#include <filesystem>

#include "core/base/result.hpp"

namespace pipectl::git {

/// A folder that is filled beside its destination and takes its place when it is complete. What was
/// not published goes with the object; what a killed process left for the same destination goes at
/// the next try, so one destination has one user at a time.
class Staging {
 public:
  /// Makes the parents of `destination`. Fault::usage when there is something at `destination`
  /// already (an empty folder is nothing).
  [[nodiscard]] static Result<Staging> create(const std::filesystem::path& destination);
  ~Staging();
  Staging(Staging&& other) noexcept;
  Staging& operator=(Staging&&) = delete;
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  Result<void> publish();

 private:
  Staging(std::filesystem::path path, std::filesystem::path destination)
      : path_(std::move(path)), destination_(std::move(destination)) {}

  std::filesystem::path path_;  ///< empty: published, or moved from
  std::filesystem::path destination_;
};

/// Removes all that is in it, to begin again.
Result<void> empty_folder(const std::filesystem::path& folder);

}  // namespace pipectl::git
