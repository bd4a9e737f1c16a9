#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/api/stage_kind.hpp"
#include "stages/load/schedule.hpp"

namespace pipectl::stages::load {

/// How much load is sent, and when: `rate`, `users`, `stages`, `duration` and `warmup` as written.
/// What is fixed was checked when the file was loaded; with `${{ }}` it is when the stage runs.
struct ProfileSpec {
  struct Step {
    expr::Template rate;
    expr::Template duration;
  };
  std::vector<Step> steps;                 ///< an open load; `rate` alone is one step
  std::optional<expr::Template> users;     ///< a closed one
  std::optional<expr::Template> duration;  ///< of that
  std::optional<expr::Template> warmup;
};

/// Reads these keys of `load`.
[[nodiscard]] ProfileSpec read_profile(yaml::Reader& reader, const ParseContext& context);

/// Either users (each begins anew when it is through: a closed load), or phases (users arrive at a
/// rate: an open load).
struct Profile {
  long users{0};
  std::vector<Phase> phases;
  Milliseconds duration{0};  ///< of what counts, without the warm-up
  Milliseconds warmup{0};
};

/// Fault::step when a value that only the run knows is no rate, duration or number of users.
[[nodiscard]] Result<Profile> resolve(const ProfileSpec& spec, const expr::Scope& scope);

/// `50/s for 30s`, `up to 100/s for 5m`, `10 users for 30s`.
[[nodiscard]] std::string describe(const Profile& profile);
/// The same before a run: as written where it cannot be known yet.
[[nodiscard]] std::string describe(const ProfileSpec& spec, const expr::Scope& scope);

}  // namespace pipectl::stages::load
