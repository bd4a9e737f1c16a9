#pragma once

#include <string>
#include <vector>

#include "core/base/result.hpp"

namespace pipectl::stages::load {

/// Whether a load may go to `url`: an http or https URL whose host, or `host:port`, is one of
/// `allowed`. Fault::step says what to write into the file.
[[nodiscard]] Result<void> check_host(const std::string& url,
                                      const std::vector<std::string>& allowed);

}  // namespace pipectl::stages::load
