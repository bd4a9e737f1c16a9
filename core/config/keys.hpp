#pragma once

#include <array>
#include <span>
#include <string_view>

#include "core/api/stage_kind.hpp"

namespace pipectl::config {

/// The mappings of a pipeline file whose keys the loader itself knows.
enum class Section {
  pipeline,
  included,  ///< what a file brought in by `include` may hold
  source,
  param,
  environment,
  event,
  defaults,
  stage,  ///< the keys that every kind has
  matrix,
  retry,
  cache,
  waiver,
  flaky,
  quarantine,  ///< entries of `flaky: {quarantine: […]}`
  container,   ///< options of `executor: {docker: …}`
  service,
  service_health,
  check,  ///< beside the keys of each kind of health check
};

inline constexpr std::array all_sections{
    Section::pipeline,       Section::included,   Section::source,    Section::param,
    Section::environment,    Section::event,      Section::defaults,  Section::stage,
    Section::matrix,         Section::retry,      Section::cache,     Section::waiver,
    Section::flaky,          Section::quarantine, Section::container, Section::service,
    Section::service_health, Section::check};

/// The one table behind the loader, the schema and the language reference. A `type` may refer to
/// the schema's `#/$defs`.
[[nodiscard]] std::span<const KeyDoc> keys(Section section) noexcept;
[[nodiscard]] std::span<const std::string_view> key_names(Section section) noexcept;
/// For headings: `stage`, `retry`.
[[nodiscard]] std::string_view to_string(Section section) noexcept;

}  // namespace pipectl::config
