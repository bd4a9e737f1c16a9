#pragma once

#include <filesystem>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/model/report.hpp"

namespace pipectl::cli {

inline constexpr std::string_view sarif_head =
    R"({"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[)";
inline constexpr std::string_view sarif_foot = "]}\n";

/// What lies between these: one run for each stage that has findings.
class SarifRuns {
 public:
  /// Asked for the stream when there is something to write.
  explicit SarifRuns(std::function<std::ostream&()> out) : out_(std::move(out)) {}
  void put(const std::string& stage, const report::Finding& finding);
  /// One that is let pass, and why.
  void put_waived(const std::string& stage, const report::Finding& finding, const std::string& why);
  void end_stage();

 private:
  void add(const std::string& stage, const std::string& result);

  std::function<std::ostream&()> out_;
  std::size_t runs_{0};
  bool open_{false};
};

/// The findings of a run as one document, also where there are none.
[[nodiscard]] Result<std::string> findings_as_sarif(const std::filesystem::path& run_dir,
                                                    const std::vector<std::string>& stages);

}  // namespace pipectl::cli
