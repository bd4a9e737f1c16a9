#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/env.hpp"
#include "core/base/result.hpp"
#include "core/model/pipeline.hpp"

namespace pipectl::plugins {

// What is to be known of a secret's source without asking it.

/// Where it comes from, in words for lists and records: `DB_PASSWORD`, `/srv/key`, `prod/db#key`.
[[nodiscard]] std::string source_of(const SecretDecl& secret);

/// Variables of pipectl's own environment that hold the value or lead to it: no stage sees them.
[[nodiscard]] std::vector<std::string> source_variables(const SecretDecl& secret);

/// What is wrong with a source although it gives a value: others may read its file. The hint is the
/// command that mends it.
[[nodiscard]] std::optional<Error> source_flaw(const SecretDecl& secret, const EnvMap& host);

}  // namespace pipectl::plugins
