#include "core/config/not_built.hpp"

#include <fmt/format.h>

#include <array>

namespace pipectl::config {
namespace {

constexpr std::array all_not_built{
    NotBuilt{Place::stage_key, "load", "kind `perf` has it; elsewhere call a tool with `run`"},
    NotBuilt{Place::stage_key, "docker",
             "kinds `build`, `publish` and `deploy` have it; elsewhere call docker with `run`"},
    NotBuilt{Place::stage_key, "compose",
             "`services` can be a Compose file, kind `deploy` has it; or call docker compose with "
             "`run`"},

    NotBuilt{Place::executor, "kubernetes", "`local` and `docker` are"},

    NotBuilt{Place::check, "prometheus", "check it over http or tcp, or with a command"},
};

}  // namespace

std::span<const NotBuilt> not_built() noexcept { return all_not_built; }

const NotBuilt* find_not_built(Place place, std::string_view name) noexcept {
  for (const auto& entry : all_not_built)
    if (entry.place == place && entry.name == name) return &entry;
  return nullptr;
}

bool report_not_built(Place place, std::string_view name, Span where, Diagnostics& diagnostics) {
  const NotBuilt* const found = find_not_built(place, name);
  if (found == nullptr) return false;
  diagnostics.error(where, fmt::format("`{}` is not built in this version of pipectl", name),
                    std::string(found->hint));
  return true;
}

}  // namespace pipectl::config
