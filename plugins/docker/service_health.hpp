#pragma once

#include <string>

#include "plugins/docker/service_state.hpp"
#include "plugins/docker/services.hpp"

namespace pipectl::docker {

/// One container whose readiness is waited for.
struct Awaited {
  std::string service;  ///< as the file names it
  std::string container;
  const ServiceHealth& health;
  enum class End { failure, fine } end{End::failure};  ///< what its end with 0 means
};

/// Tries until it is healthy. Fault::step when it is not within its time, or has ended; the last
/// thing that was wrong is in the message. Fault::cancelled.
[[nodiscard]] Result<void> await_healthy(const Awaited& awaited, const ServiceGround& ground,
                                         StageContext& context);

}  // namespace pipectl::docker
