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

Result<std::optional<std::string>> SecretVault::resolve(const SecretDecl& secret,
                                                        const CancelToken& cancel) {
  const auto given = parts_.overrides.find(secret.name);
  if (given != parts_.overrides.end()) return given->second;
  const SecretProvider* provider = parts_.registry.secret_provider(secret.provider);
  if (provider == nullptr)
    return fail(Fault::bug, fmt::format("secret provider '{}' is not registered", secret.provider));
  return provider->resolve({secret, parts_.host, parts_.executor, cancel});
}

Result<EnvMap> SecretVault::grant(const std::vector<std::string>& names,
                                  const CancelToken& cancel) {
  EnvMap granted;
  const std::lock_guard lock{mutex_};
  for (const auto& name : names) {
    const SecretDecl* secret = parts_.pipeline.secret(name);
    if (secret == nullptr) return fail(Fault::bug, fmt::format("secret '{}' is unknown", name));
    auto known = known_.find(name);
    if (known == known_.end()) {
      auto value = TRY(resolve(*secret, cancel));
      if (value) TRY(parts_.redactor.add(name, *value));
      known = known_.emplace(name, std::move(value)).first;
    }
    if (known->second)
      granted[name] = *known->second;
    else if (!secret->optional)
      return absent(*secret);
  }
  return granted;
}

}  // namespace pipectl
