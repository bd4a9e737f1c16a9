#pragma once

#include <string>
#include <vector>

#include "cli/secrets/check.hpp"
#include "cli/ui/terminal.hpp"
#include "core/store/audit_log.hpp"

namespace pipectl::cli {

// What `pipectl secrets` prints. JSON is version 1 and ends with a line break.

[[nodiscard]] std::string secrets_text(const std::vector<SecretEntry>& entries,
                                       const ui::Terminal& terminal);
[[nodiscard]] std::string secrets_json(const std::vector<SecretEntry>& entries);

[[nodiscard]] std::string checks_text(const std::vector<SecretCheck>& checks,
                                      const ui::Terminal& terminal);
[[nodiscard]] std::string checks_json(const std::vector<SecretCheck>& checks);

[[nodiscard]] std::string uses_text(const std::vector<store::SecretUse>& uses,
                                    const ui::Terminal& terminal);
[[nodiscard]] std::string uses_json(const std::vector<store::SecretUse>& uses);

/// `env DB_PASSWORD`, `--secrets-file`
[[nodiscard]] std::string provenance(const std::string& provider, const std::string& source);

}  // namespace pipectl::cli
