#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/registry.hpp"
#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/env.hpp"
#include "core/base/redactor.hpp"
#include "core/model/pipeline.hpp"
#include "core/store/audit_log.hpp"

namespace pipectl {

/// The names of the secrets that a stage gets: its own and those of the environment that it names.
/// The environment of the whole run (-E) gives its secrets to deploys that name none, and to nobody
/// else: a test or a linter has no use for the credentials of production.
[[nodiscard]] std::vector<std::string> granted_secrets(const Pipeline& pipeline,
                                                       const StageSpec& stage,
                                                       std::string_view run_environment);

/// Who is to be given secrets, for the record, and how long it waits for them.
struct SecretUser {
  std::string role{};  ///< `stage`, `notify`, `source`
  std::string name{};
  CancelToken cancel{};
  std::optional<SteadyTime> deadline{};
};

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
    std::string withheld{};  ///< why this run gets none at all, in words: `a pull request from …`
    /// Writes down who is given what, before it is given: an error keeps it from being given.
    /// Called with the time and the run left out; from any thread. Empty: nobody keeps records.
    std::function<Result<void>(std::vector<store::SecretUse>)> audit{};
  };
  explicit SecretVault(Parts parts) : parts_(std::move(parts)) {}

  /// The values under their names. An optional secret that is not there, or withheld, is left out;
  /// a needed one is Fault::usage with the place of its declaration. No message holds any part of a
  /// value. Who asks for a secret that another stage is being given waits for it, within its own
  /// limits; nobody waits for a secret that it does not ask for. Each use is written down once.
  Result<EnvMap> grant(const std::vector<std::string>& names, const SecretUser& user);

  /// A value that a stage came by itself is hidden from now on. Fault::usage where it is too short.
  Result<void> hide(const std::string& name, const std::string& value) {
    return parts_.redactor.add(name, value);
  }
  /// For the record: what was done to a secret, and by whom. Each time, not once.
  Result<void> write_down(store::SecretUse deed) const {
    if (!parts_.audit) return {};
    return parts_.audit({std::move(deed)});
  }

  /// Why this run gets no secrets; empty when it does.
  [[nodiscard]] const std::string& withheld() const noexcept { return parts_.withheld; }

 private:
  using Value = std::optional<std::string>;
  struct Entry {
    enum class State { unknown, asked, known } state{State::unknown};
    Value value{};
  };
  class Asking;

  Result<Value> value_of(const SecretDecl& secret, const SecretUser& user);
  Result<Value> resolve(const SecretDecl& secret, const SecretUser& user);
  Result<void> write_down(const EnvMap& granted, const SecretUser& user);

  Parts parts_;
  std::mutex mutex_;
  std::condition_variable answered_;
  std::map<std::string, Entry, std::less<>> entries_;  // protected by mutex_
  std::mutex writing_;                                 // one record at a time, none twice
  std::set<std::string> written_;                      // protected by writing_
};

}  // namespace pipectl
