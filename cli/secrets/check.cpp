#include "cli/secrets/check.hpp"

#include <fmt/format.h>

#include "core/base/forget_environment.hpp"
#include "core/base/redactor.hpp"
#include "core/exec/local_executor.hpp"
#include "plugins/secrets/sources.hpp"

namespace pipectl::cli {
namespace {

using Value = Result<std::optional<std::string>>;

Value ask(const SecretDecl& secret, const SecretQuestions& questions, Executor& executor) {
  const auto given = questions.overrides.find(secret.name);
  if (given != questions.overrides.end()) return given->second;
  const auto* const provider = questions.registry.secret_provider(secret.provider);
  if (provider == nullptr)
    return fail(Fault::bug, fmt::format("nothing here provides `{}`", secret.provider));
  return provider->resolve({secret, questions.host, executor, questions.cancel});
}

/// What the list says already is left out.
std::string without_name(const std::string& message, const std::string& name) {
  const auto said = fmt::format("secret '{}': ", name);
  return message.starts_with(said) ? message.substr(said.size()) : message;
}

SecretCheck check(SecretEntry entry, const SecretDecl& secret, const SecretQuestions& questions,
                  Executor& executor) {
  SecretCheck check{std::move(entry), SecretState::found, {}, {}};
  const bool given = questions.overrides.contains(secret.name);
  if (given) {
    check.entry.provider = "--secrets-file";
    check.entry.source.clear();
  }
  const auto refuse = [&](const Error& error) {
    check.state = SecretState::refused;
    check.detail = without_name(error.message, secret.name);
    check.hint = error.hint;
  };
  const auto value = ask(secret, questions, executor);
  if (!value) {
    refuse(value.error());
  } else if (!*value) {
    check.state = SecretState::missing;
    check.detail = secret.optional ? "optional, not set" : "not set";
    if (!secret.optional) check.hint = "set it, or give it with --secrets-file";
  } else if (const auto usable = Redactor{}.add(secret.name, **value); !usable) {
    refuse(usable.error());
  } else if (const auto flaw = plugins::source_flaw(secret, questions.host); flaw && !given) {
    check.state = SecretState::open;
    check.detail = flaw->message;
    check.hint = flaw->hint;
  }
  return check;
}

}  // namespace

std::string_view to_string(SecretState state) noexcept {
  switch (state) {
    case SecretState::found:
      return "found";
    case SecretState::open:
      return "open";
    case SecretState::missing:
      return "missing";
    case SecretState::refused:
      break;
  }
  return "refused";
}

bool SecretCheck::fails() const noexcept {
  if (entry.users.empty()) return false;
  return state == SecretState::refused || (state == SecretState::missing && !entry.optional);
}

std::vector<SecretCheck> check_all_secrets(const SecretQuestions& questions) {
  keep_out_of_core_dumps();
  const auto executor = make_local_executor(nullptr);
  const auto& loaded = questions.file.loaded;
  std::vector<SecretCheck> checks;
  for (auto& entry : secret_inventory(loaded)) {
    if (questions.cancel.cancelled()) break;
    const SecretDecl& secret = *loaded.pipeline.secret(entry.name);
    checks.push_back(check(std::move(entry), secret, questions, *executor));
  }
  return checks;
}

}  // namespace pipectl::cli
