#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "core/store/report_files.hpp"

namespace pipectl::store {

/// One line of JSON, without the line break. Bytes that are no UTF-8 are replaced.
[[nodiscard]] std::string to_json(const report::Finding& finding);
/// A finding that is let pass, and why.
[[nodiscard]] std::string to_json(const report::Finding& finding, std::string_view waived);
[[nodiscard]] std::string to_json(const report::TestCase& test);
[[nodiscard]] std::string to_json(std::string_view of, const report::Samples& samples);
[[nodiscard]] std::string to_json(const ReportSummary& summary);

/// Nothing when it is no such JSON.
[[nodiscard]] std::optional<report::Finding> finding_from_json(std::string_view line);
[[nodiscard]] std::optional<std::pair<report::Finding, std::string>> waived_from_json(
    std::string_view line);
[[nodiscard]] std::optional<report::TestCase> test_from_json(std::string_view line);
[[nodiscard]] std::optional<std::pair<std::string, report::Samples>> samples_from_json(
    std::string_view line);
[[nodiscard]] std::optional<ReportSummary> summary_from_json(std::string_view text);

}  // namespace pipectl::store
