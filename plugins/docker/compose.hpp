#pragma once

#include <memory>

#include "plugins/docker/arguments.hpp"
#include "plugins/docker/client.hpp"
#include "plugins/docker/services.hpp"

namespace pipectl::docker {

/// `docker compose`, or `docker-compose`, whichever is here.
[[nodiscard]] Result<Arguments> compose_program(const Client& client, const CancelToken& cancel);

/// Brings a Compose file up as a project of its own and waits until all of its containers run and
/// are healthy; one that ends with 0 has done its work. With Compose v2 (`docker compose`) or v1
/// (`docker-compose`), whichever is here; Fault::infrastructure when none is.
///
/// Each of its services is reached as PIPECTL_SERVICE_<NAME>_HOST and _PORT: from this host if the
/// file publishes a port.
[[nodiscard]] Result<std::unique_ptr<Services>> start_compose(const ServiceSpec& service,
                                                              const ServiceGround& ground,
                                                              StageContext& context);

}  // namespace pipectl::docker
