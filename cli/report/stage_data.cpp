#include "cli/report/stage_data.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>
#include <unordered_set>
#include <vector>

#include "cli/history/log_reader.hpp"
#include "core/store/report_files.hpp"
#include "core/store/report_json.hpp"

namespace pipectl::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::size_t test_ranks = 5;
constexpr std::size_t most_rows = 1'000;
constexpr std::size_t most_waived = 200;
constexpr std::size_t most_artifacts = 200;
constexpr std::size_t largest_load = 4 << 20;

/// The first ones of each rank, up to a limit; the worst rank is 0.
template <class Row>
class Worst {
 public:
  explicit Worst(std::size_t ranks) : rows_(ranks) {}
  void add(std::size_t rank, const Row& row) {
    ++total_;
    if (rows_[rank].size() < most_rows) rows_[rank].push_back(row);
  }
  [[nodiscard]] std::size_t total() const noexcept { return total_; }
  [[nodiscard]] std::vector<Row> best() const {
    std::vector<Row> shown;
    for (const auto& rank : rows_)
      for (const auto& row : rank)
        if (shown.size() < most_rows) shown.push_back(row);
    return shown;
  }

 private:
  std::vector<std::vector<Row>> rows_;
  std::size_t total_{0};
};

std::size_t rank_of(report::TestOutcome outcome) {
  using enum report::TestOutcome;
  constexpr std::array order{failed, error, flaky, skipped, passed};
  return static_cast<std::size_t>(std::ranges::find(order, outcome) - order.begin());
}

void add_tests(Json& stage, const fs::path& reports) {
  Worst<report::TestCase> tests(test_ranks);
  const auto read = store::for_each_test(reports, [&](const report::TestCase& test) {
    tests.add(rank_of(test.outcome), test);
    return true;
  });
  if (!read || tests.total() == 0) return;
  Json shown = Json::array();
  for (const auto& test : tests.best()) shown.push_back(Json::parse(store::to_json(test)));
  stage["tests"] = {{"total", tests.total()},
                    {"path", (reports / "tests.jsonl").string()},
                    {"shown", std::move(shown)}};
}

/// What a later run calls known, as the gate `new_findings` does.
std::unordered_set<std::string> known_in(const fs::path& baseline) {
  std::unordered_set<std::string> known;
  const auto read = store::for_each_finding(baseline, [&](const report::Finding& finding) {
    known.insert(finding.fingerprint);
    return true;
  });
  if (!read) known.clear();
  return known;
}

void add_findings(Json& stage, const fs::path& reports, const std::optional<fs::path>& baseline) {
  constexpr auto severities = std::size(report::all_severities);
  Worst<report::Finding> findings(severities);
  const auto read = store::for_each_finding(reports, [&](const report::Finding& finding) {
    findings.add(static_cast<std::size_t>(finding.severity), finding);
    return true;
  });
  Json waived = Json::array();
  std::size_t all_waived = 0;
  const auto also =
      store::for_each_waived(reports, [&](const report::Finding& finding, const std::string& why) {
        ++all_waived;
        if (waived.size() < most_waived)
          waived.push_back(Json::parse(store::to_json(finding, why)));
        return true;
      });
  if (!read || !also || findings.total() + all_waived == 0) return;
  const auto known = baseline ? known_in(*baseline) : std::unordered_set<std::string>();
  Json shown = Json::array();
  for (const auto& finding : findings.best()) {
    Json one = Json::parse(store::to_json(finding));
    if (baseline) one["fresh"] = !known.contains(finding.fingerprint);
    shown.push_back(std::move(one));
  }
  Json& all = stage["findings"];
  for (auto& one : waived) shown.push_back(std::move(one));
  all = {{"total", findings.total() + all_waived}, {"path", (reports / "findings.jsonl").string()}};
  all["shown"] = std::move(shown);
  if (!baseline) return;
  // runs/ID/reports/STAGE
  all["compared_with"] = *baseline == store::committed_baseline_dir(reports)
                             ? "the committed baseline"
                             : baseline->parent_path().parent_path().filename().string();
}

/// A stage could have put anything there.
void add_load(Json& stage, const fs::path& reports) {
  std::string text;
  LogReader reader(reports / "load.json");
  const auto read = reader.read([&](std::string_view bytes) -> Result<void> {
    if (text.size() + bytes.size() > largest_load) return fail(Fault::step, "too large");
    text += bytes;
    return {};
  });
  if (!read || text.empty()) return;
  Json load = Json::parse(text, nullptr, false);
  if (load.is_object() && load.contains("all") && load["all"].contains("duration_ms"))
    stage["load"] = std::move(load);
}

}  // namespace

void add_reports(Json& stage, const fs::path& reports, const std::optional<fs::path>& baseline) {
  const auto summary = store::read_report_summary(reports);
  if (!summary || !*summary) return;
  const Json told = Json::parse(store::to_json(**summary));
  stage["metrics"] = told.at("metrics");
  stage["gates"] = told.at("gates");
  add_tests(stage, reports);
  add_findings(stage, reports, baseline);
  add_load(stage, reports);
}

void add_figures(Json& stage, const fs::path& reports) {
  const auto summary = store::read_report_summary(reports);
  if (!summary || !*summary) return;
  const auto& metrics = (*summary)->metrics;
  for (const char* name : {"coverage", "p95", "findings", "tests"})
    if (const auto metric = metrics.find(name); metric != metrics.end())
      stage[name] = metric->second.value;
}

void add_artifacts(Json& stage, const fs::path& folder) {
  std::error_code error;
  Json files = Json::array();
  fs::recursive_directory_iterator file(folder, error);
  for (; !error && file != fs::recursive_directory_iterator(); file.increment(error)) {
    if (files.size() >= most_artifacts) break;
    std::error_code unread;
    if (file->is_symlink(unread) || !file->is_regular_file(unread)) continue;
    files.push_back({{"path", file->path().lexically_relative(folder).string()},
                     {"bytes", file->file_size(unread)}});
  }
  if (!files.empty()) stage["artifacts"] = std::move(files);
}

}  // namespace pipectl::cli
