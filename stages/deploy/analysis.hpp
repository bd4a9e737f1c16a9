#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/stage_kind.hpp"

namespace pipectl::stages {

/// One measurement of a release under traffic, and the gates that decide it. Immutable.
class Analysis {
 public:
  virtual ~Analysis() = default;
  /// What was measured. Fault::step at the first gate that does not hold.
  virtual Result<std::string> run(StageContext& context) const = 0;
};
using Analyses = std::vector<std::unique_ptr<Analysis>>;

/// Reads a list of `http` and `prometheus` analyses. What is wrong is reported and left out.
[[nodiscard]] Analyses parse_analyses(yaml::Node list, const ParseContext& context);
/// Runs them in order; the first breach ends it. The value tells what was measured.
Result<std::string> run_analyses(const Analyses& analyses, StageContext& context);

/// `{http: URL, requests: 100, gate: {error_rate: '< 1%', p95: '< 500ms'}}`
[[nodiscard]] std::unique_ptr<Analysis> parse_http_analysis(yaml::Reader& reader,
                                                            const ParseContext& context);
/// `{prometheus: URL, query: '…', gate: {value: '< 0.01'}}`
[[nodiscard]] std::unique_ptr<Analysis> parse_prometheus_analysis(yaml::Reader& reader,
                                                                  const ParseContext& context);

}  // namespace pipectl::stages
