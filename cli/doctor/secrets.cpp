#include <fmt/format.h>

#include <algorithm>

#include "cli/doctor/doctor.hpp"
#include "core/base/redactor.hpp"
#include "core/base/text.hpp"
#include "core/exec/local_executor.hpp"

namespace pipectl::cli {
namespace {

std::vector<std::string> stages_with(const Pipeline& pipeline, const std::string& secret) {
  std::vector<std::string> names;
  const auto holds = [&](const std::vector<std::string>& granted) {
    return std::find(granted.begin(), granted.end(), secret) != granted.end();
  };
  for (const auto& stage : pipeline.stages) {
    const auto* environment = pipeline.environment(stage.environment);
    if (holds(stage.secrets) || (environment != nullptr && holds(environment->secrets)))
      names.push_back(stage.name);
  }
  return names;
}

Finding absent(const SecretDecl& secret, std::string detail, std::string hint) {
  return {"secret", secret.name, secret.optional ? Health::note : Health::bad, std::move(detail),
          std::move(hint)};
}

Finding check(const SecretDecl& secret, const SecretProvider* provider, const EnvMap& host,
              Executor& executor) {
  if (provider == nullptr)
    return absent(secret, fmt::format("nothing here provides `{}`", secret.provider), "");
  const auto value = provider->resolve({secret, host, executor, CancelToken{}});
  if (!value) return absent(secret, value.error().message, value.error().hint);
  const auto from = fmt::format("from {}", secret.provider);
  if (!*value) {
    const auto* const what = secret.optional ? "optional, not set" : "not set";
    return absent(secret, fmt::format("{} ({})", what, from),
                  secret.optional ? "" : "set it, or give it with --secrets-file");
  }
  Redactor redactor;
  const auto usable = redactor.add(secret.name, **value);
  if (!usable) return absent(secret, usable.error().message, usable.error().hint);
  return {"secret", secret.name, Health::good, from, ""};
}

}  // namespace

std::vector<Finding> check_secrets(const PipelineFile& file, const Registry& registry,
                                   const Invocation& invocation) {
  const auto& pipeline = file.loaded.pipeline;
  const auto executor = make_local_executor(nullptr);
  std::vector<Finding> findings;
  for (const auto& secret : pipeline.secrets) {
    auto finding =
        check(secret, registry.secret_provider(secret.provider), invocation.env, *executor);
    const auto stages = stages_with(pipeline, secret.name);
    finding.detail += stages.empty() ? "; no stage asks for it" : "; for " + join(stages, ", ");
    if (stages.empty() && finding.health == Health::bad) finding.health = Health::note;
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace pipectl::cli
