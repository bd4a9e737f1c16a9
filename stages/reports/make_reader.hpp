#pragma once

#include <memory>
#include <string_view>

#include "core/api/report_reader.hpp"

namespace pipectl::stages {

/// A reader that is no more than its name and a function. Both texts are literals.
[[nodiscard]] std::unique_ptr<ReportReader> make_reader(std::string_view name,
                                                        std::string_view summary,
                                                        Result<void> (*read)(std::istream&,
                                                                             ReportSink&));

}  // namespace pipectl::stages
