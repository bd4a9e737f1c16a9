#include "core/config/keys.hpp"

namespace pipectl::config {

std::string_view to_string(Section section) noexcept {
  switch (section) {
    case Section::pipeline:
      return "pipeline";
    case Section::included:
      return "included file";
    case Section::source:
      return "source";
    case Section::param:
      return "parameter";
    case Section::environment:
      return "environment";
    case Section::event:
      return "event";
    case Section::defaults:
      return "defaults";
    case Section::stage:
      return "stage";
    case Section::matrix:
      return "matrix";
    case Section::retry:
      return "retry";
    case Section::cache:
      return "cache";
    case Section::waiver:
      return "waivers";
    case Section::flaky:
      return "flaky";
    case Section::quarantine:
      return "quarantine";
    case Section::container:
      return "executor docker";
    case Section::service:
      return "service";
    case Section::service_health:
      return "health of a service";
    case Section::check:
      break;
  }
  return "health check";
}

}  // namespace pipectl::config
