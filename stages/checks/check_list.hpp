#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/api/health_check.hpp"

namespace pipectl::stages {

/// A check and how long to be patient with it.
struct PatientCheck {
  std::unique_ptr<HealthCheck> check;
  Milliseconds within{30'000};   ///< the last try begins when this is over; 0: one try
  Milliseconds interval{1'000};  ///< between two tries
  Milliseconds timeout{5'000};   ///< of one try
};
using CheckList = std::vector<PatientCheck>;

/// Reads a list of checks, each a mapping with the key of its kind and, if wanted, `within`,
/// `interval`, `timeout`. Nothing when something is wrong (reported). `what` names it in messages.
[[nodiscard]] std::optional<CheckList> parse_checks(yaml::Node list, const std::string& what,
                                                    const ParseContext& context);

/// `health http://app/ready`, one for each check, for plan.
void preview_checks(const CheckList& checks, const expr::Scope& scope,
                    std::vector<std::string>& lines);

/// JSON Schema fragment of such a list. The checks' own keys are added by the schema's writer.
inline constexpr std::string_view check_list_type =
    R"({"type":"array","minItems":1,"items":{"$ref":"#/$defs/healthCheck"}})";

}  // namespace pipectl::stages
