#include "core/engine/secret_vault.hpp"

#include <fmt/format.h>

namespace pipectl {
namespace {

std::string place(const Span& span) {
  if (span.file == nullptr) return {};
  return fmt::format("{}:{}: ", span.file->path, span.line);
}

tl::unexpected<Error> absent(const SecretDecl& secret) {
  const std::string source = secret.arguments.empty() ? "" : " " + secret.arguments.front();
  return fail(Fault::usage,
              fmt::format("{}secret {} is not there ({}{})", place(secret.where), secret.name,
                          secret.provider, source),
              fmt::format("provide it, or declare it with `optional: true`", secret.name));
}

tl::unexpected<Error> withheld_error(const SecretDecl& secret, std::string_view why) {
  return fail(Fault::usage,
              fmt::format("{}secret {} is withheld: this run is of {}", place(secret.where),
                          secret.name, why),
              "leave the stage out of such runs (`on: {pull_request: {stages: […]}}`), or declare "
              "the secret with `optional: true`");
}

}  // namespace

std::vector<std::string> granted_secrets(const Pipeline& pipeline, const StageSpec& stage,
                                         std::string_view run_environment) {
  std::vector<std::string> names = stage.secrets;
  const bool of_run = stage.environment.empty() && stage.kind == "deploy";
  const auto* environment = pipeline.environment(of_run ? run_environment : stage.environment);
  if (environment != nullptr)
    names.insert(names.end(), environment->secrets.begin(), environment->secrets.end());
  return names;
}

Result<SecretVault::Value> SecretVault::resolve(const SecretDecl& secret, const SecretUser& user) {
  const auto given = parts_.overrides.find(secret.name);
  Value value;
  if (given != parts_.overrides.end()) {
    value = given->second;
  } else {
    const SecretProvider* provider = parts_.registry.secret_provider(secret.provider);
    if (provider == nullptr)
      return fail(Fault::bug,
                  fmt::format("secret provider '{}' is not registered", secret.provider));
    value =
        TRY(provider->resolve({secret, parts_.host, parts_.executor, user.cancel, user.deadline}));
  }
  if (value) TRY(parts_.redactor.add(secret.name, *value));
  return value;
}

/// Whatever happens, those who wait learn that nobody asks any more.
class SecretVault::Asking {
 public:
  Asking(SecretVault& vault, Entry& entry) : vault_(vault), entry_(entry) {}
  Asking(const Asking&) = delete;
  Asking& operator=(const Asking&) = delete;
  ~Asking() {
    {
      const std::lock_guard lock{vault_.mutex_};
      if (entry_.state == Entry::State::asked) entry_.state = Entry::State::unknown;
    }
    vault_.answered_.notify_all();
  }
  void answer(const Value& value) {
    const std::lock_guard lock{vault_.mutex_};
    entry_.value = value;
    entry_.state = Entry::State::known;
  }

 private:
  SecretVault& vault_;
  Entry& entry_;
};

Result<SecretVault::Value> SecretVault::value_of(const SecretDecl& secret, const SecretUser& user) {
  constexpr Milliseconds glance{50};  // a cancellation does not wake a condition variable
  std::unique_lock lock{mutex_};
  Entry& entry = entries_[secret.name];
  while (entry.state == Entry::State::asked) {
    if (user.cancel.cancelled()) return fail(Fault::cancelled, "interrupted");
    if (user.deadline && std::chrono::steady_clock::now() >= *user.deadline)
      return fail(Fault::infrastructure,
                  fmt::format("secret '{}' did not come in time", secret.name));
    answered_.wait_for(lock, glance);
  }
  if (entry.state == Entry::State::known) return entry.value;
  entry.state = Entry::State::asked;
  lock.unlock();
  Asking asking{*this, entry};
  auto value = TRY(resolve(secret, user));
  asking.answer(value);
  return value;
}

Result<EnvMap> SecretVault::grant(const std::vector<std::string>& names, const SecretUser& user) {
  EnvMap granted;
  for (const auto& name : names) {
    const SecretDecl* secret = parts_.pipeline.secret(name);
    if (secret == nullptr) return fail(Fault::bug, fmt::format("secret '{}' is unknown", name));
    if (!parts_.withheld.empty() && secret->optional) continue;
    if (!parts_.withheld.empty()) return withheld_error(*secret, parts_.withheld);
    auto value = TRY(value_of(*secret, user));
    if (value)
      granted[name] = *std::move(value);
    else if (!secret->optional)
      return absent(*secret);
  }
  TRY(write_down(granted, user));
  return granted;
}

Result<void> SecretVault::write_down(const EnvMap& granted, const SecretUser& user) {
  if (!parts_.audit) return {};
  const std::lock_guard lock{writing_};
  std::vector<store::SecretUse> uses;
  std::vector<std::string> keys;
  for (const auto& [name, value] : granted) {
    auto key = fmt::format("{}\n{}\n{}", user.role, user.name, name);
    if (written_.contains(key)) continue;
    keys.push_back(std::move(key));
    const SecretDecl& secret = *parts_.pipeline.secret(name);
    store::SecretUse use{.role = user.role, .user = user.name, .secret = name};
    const bool given = parts_.overrides.contains(name);
    use.provider = given ? "--secrets-file" : secret.provider;
    if (!given && !secret.arguments.empty()) use.source = secret.arguments.front();
    uses.push_back(std::move(use));
  }
  if (uses.empty()) return {};
  if (const auto written = parts_.audit(std::move(uses)); !written)
    return fail(Fault::infrastructure,
                fmt::format("no secret was given, because its use could not be written down: {}",
                            written.error().message),
                written.error().hint);
  written_.insert(keys.begin(), keys.end());
  return {};
}

}  // namespace pipectl
