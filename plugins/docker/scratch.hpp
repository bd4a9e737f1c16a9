#pragma once

#include <filesystem>
#include <memory>

#include "core/base/env.hpp"
#include "core/base/result.hpp"

namespace pipectl::docker {

/// The folder of one place that its container and this host share. It is made before anything else
/// of the place and goes last: as long as it is there, something may have to be removed.
class Scratch {
 public:
  /// `client_env` says which engine is used; it is kept, so that a later run asks the same one.
  /// What commands append to $PIPECTL_OUTPUT in there becomes `output_file` at the end.
  [[nodiscard]] static Result<std::unique_ptr<Scratch>> make(std::filesystem::path folder,
                                                             std::filesystem::path output_file,
                                                             const EnvMap& client_env);
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }
  /// Something could not be removed: the folder stays, and a later run tries again.
  void keep() noexcept { kept_ = true; }

 private:
  Scratch(std::filesystem::path folder, std::filesystem::path output_file)
      : folder_(std::move(folder)), output_file_(std::move(output_file)) {}

  const std::filesystem::path folder_;
  const std::filesystem::path output_file_;
  bool kept_{false};
};

/// The variables that choose an engine, as the place's folder keeps them.
[[nodiscard]] EnvMap engine_of(const std::filesystem::path& folder);

}  // namespace pipectl::docker
