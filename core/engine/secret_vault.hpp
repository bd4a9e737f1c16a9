#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/registry.hpp"
#include "core/base/env.hpp"
#include "core/base/redactor.hpp"
#include "core/model/pipeline.hpp"

namespace pipectl {

/// The names of the secrets that a stage gets: its own and those of the environment that it names. The
/// environment of the whole run (-E) gives its secrets to deploys that name none, and to nobody else: a
/// test or a linter has no use for the credentials of production.
[[nodiscard]] std::vector<std::string> granted_secrets(const Pipeline& pipeline,
                                                       const StageSpec& stage,
                                                       std::string_view run_environment);

/// Resolves secrets when the first stage that is granted one runs, once each, and registers every
/// value with the redactor before anyone sees it. Thread-safe.
class SecretVault {
 public:
  struct Parts {
    const Pipeline& pipeline;
    const Registry& registry;
    Executor& executor;
    Redactor& redactor;
    EnvMap host;       ///< with the source variables
    EnvMap overrides;  ///< --secrets-file: values by secret name, before any provider is asked
  };
  explicit SecretVault(Parts parts) : parts_(std::move(parts)) {}

  /// The values under their names. An optional secret that is not there is left out; a needed one
  /// is Fault::usage with the place of its declaration. No message holds any part of a value.
  Result<EnvMap> grant(const std::vector<std::string>& names, const CancelToken& cancel);

 private:
  Result<std::optional<std::string>> resolve(const SecretDecl& secret, const CancelToken& cancel);

  Parts parts_;
  std::mutex mutex_;
  std::map<std::string, std::optional<std::string>> known_;  // protected by mutex_
};

}  // namespace pipectl
