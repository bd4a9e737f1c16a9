#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/secrets/inventory.hpp"
#include "core/base/cancel.hpp"

namespace pipectl::cli {

enum class SecretState {
  found,
  open,  ///< found, in a file that others may read
  missing,
  refused,  ///< the source could not be asked, or will not be used
};
[[nodiscard]] std::string_view to_string(SecretState state) noexcept;

/// What asking a secret's source brought. Never any part of a value.
struct SecretCheck {
  SecretEntry entry;
  SecretState state{SecretState::found};
  std::string detail;
  std::string hint;
  /// Somebody is to get it and a run would fail for want of it.
  [[nodiscard]] bool fails() const noexcept;
};

struct SecretQuestions {
  const PipelineFile& file;
  const Registry& registry;
  const EnvMap& host;
  const EnvMap& overrides;  ///< --secrets-file
  CancelToken cancel{};
};

/// Asks the source of every declared secret, as a run would.
[[nodiscard]] std::vector<SecretCheck> check_all_secrets(const SecretQuestions& questions);

}  // namespace pipectl::cli
