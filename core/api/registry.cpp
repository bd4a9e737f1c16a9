#include "core/api/registry.hpp"

namespace pipectl {
namespace {

template <class Parts>
auto find(const Parts& parts, std::string_view name) noexcept -> decltype(parts.front().get()) {
  for (const auto& part : parts)
    if (part->name() == name) return part.get();
  return nullptr;
}

}  // namespace

const StageKind* Registry::stage_kind(std::string_view name) const noexcept {
  return find(stage_kinds_, name);
}
const HealthCheckKind* Registry::health_check(std::string_view name) const noexcept {
  return find(checks_, name);
}
const SecretProvider* Registry::secret_provider(std::string_view name) const noexcept {
  return find(providers_, name);
}

}  // namespace pipectl
