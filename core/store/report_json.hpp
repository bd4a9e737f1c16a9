#pragma once

#include <string>
#include <string_view>

#include "core/store/report_files.hpp"

namespace pipectl::store {

/// One line of JSON, without the line break. Bytes that are no UTF-8 are replaced.
[[nodiscard]] std::string to_json(const report::Finding& finding);
[[nodiscard]] std::string to_json(const report::TestCase& test);
[[nodiscard]] std::string to_json(const ReportSummary& summary);

/// Nothing when it is no such JSON.
[[nodiscard]] std::optional<report::Finding> finding_from_json(std::string_view line);
[[nodiscard]] std::optional<report::TestCase> test_from_json(std::string_view line);
[[nodiscard]] std::optional<ReportSummary> summary_from_json(std::string_view text);

}  // namespace pipectl::store
