#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/model/run_info.hpp"
#include "core/store/audit_log.hpp"

namespace pipectl::cli {

/// For SecretVault: writes uses into the audit log of the state directory, as of this run and now.
/// The log is opened, and made, with the first use. `clock` outlives it.
[[nodiscard]] std::function<Result<void>(std::vector<store::SecretUse>)> secret_audit(
    std::filesystem::path state_dir, std::string run_id, const Clock& clock);

/// For SecretVault: why a run of this event gets no secrets; empty when it gets them.
[[nodiscard]] std::string secrets_withheld_from(const Event& event);

}  // namespace pipectl::cli
