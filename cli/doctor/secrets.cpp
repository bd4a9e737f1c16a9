#include <fmt/format.h>

#include "cli/doctor/doctor.hpp"
#include "cli/secrets/check.hpp"
#include "core/base/text.hpp"

namespace pipectl::cli {
namespace {

Health health_of(const SecretCheck& check) {
  switch (check.state) {
    case SecretState::found:
      return Health::good;
    case SecretState::open:
      return Health::warning;
    case SecretState::missing:
    case SecretState::refused:
      break;
  }
  return check.fails() ? Health::bad : Health::note;
}

}  // namespace

std::vector<Finding> check_secrets(const PipelineFile& file, const Registry& registry,
                                   const Invocation& invocation) {
  std::vector<Finding> findings;
  const EnvMap none_given;
  for (auto& check : check_all_secrets({file, registry, invocation.env, none_given})) {
    const auto from = fmt::format("from {}", check.entry.provider);
    Finding finding{"secret", check.entry.name, health_of(check), from, check.hint};
    if (check.state == SecretState::missing)
      finding.detail = fmt::format("{} ({})", check.detail, from);
    else if (!check.detail.empty())
      finding.detail = check.detail;
    const auto& users = check.entry.users;
    finding.detail += users.empty() ? "; no stage asks for it" : "; for " + join(users, ", ");
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace pipectl::cli
