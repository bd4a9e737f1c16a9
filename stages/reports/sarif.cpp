// SARIF 2.1.0. A result takes its level from its rule where it has none, and its severity from the
// rule's `security-severity` where there is one. Tools that sort keys write results before rules:
// then the rules are read first, in a reading of their own.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <unordered_map>

#include "core/base/text.hpp"
#include "stages/reports/json.hpp"
#include "stages/reports/make_reader.hpp"
#include "stages/reports/reports.hpp"

namespace pipectl::stages {
namespace {

using nlohmann::json;
using report::Finding;
using report::Severity;
using enum JsonPlace::Presence;

constexpr std::size_t most_rules = 50'000;

struct Rule {
  std::string id;
  std::string level;
  std::string url;
  std::optional<double> security;  ///< 0 to 10, as CVSS rates
};

/// The rules of one run, by position and by id.
struct Rules {
  std::vector<Rule> all;
  std::unordered_map<std::string, std::size_t> by_id;

  void add(Rule rule) {
    if (all.size() >= most_rules) return;
    by_id.emplace(rule.id, all.size());
    all.push_back(std::move(rule));
  }
  /// `note/sub` is a rule below `note`.
  [[nodiscard]] const Rule* find(const json& result) const {
    const json& index = json_at(result, "ruleIndex");
    if (index.is_number_unsigned() && index.get<std::size_t>() < all.size())
      return &all[index.get<std::size_t>()];
    auto id = json_text(result, "ruleId");
    if (id.empty()) id = json_text(json_at(result, "rule"), "id");
    auto hit = by_id.find(id);
    if (hit == by_id.end()) hit = by_id.find(id.substr(0, id.find('/')));
    return hit == by_id.end() ? nullptr : &all[hit->second];
  }
};

Rule rule_of(const json& one) {
  return {json_text(one, "id"), json_text(json_at(one, "defaultConfiguration"), "level"),
          json_text(one, "helpUri"), json_number(json_at(one, "properties"), "security-severity")};
}

/// As GitHub sorts them.
Severity rated(double score) {
  if (score >= 9) return Severity::critical;
  if (score >= 7) return Severity::high;
  if (score >= 4) return Severity::medium;
  return score > 0 ? Severity::low : Severity::info;
}

Severity severity_of(const json& result, const Rule* rule) {
  if (const auto own = json_number(json_at(result, "properties"), "security-severity"))
    return rated(*own);
  if (rule != nullptr && rule->security) return rated(*rule->security);
  auto level = json_text(result, "level");
  if (level.empty() && json_text(result, "kind") == "pass") level = "none";
  if (level.empty() && rule != nullptr) level = rule->level;
  return level.empty() ? Severity::warning : report::severity_of(level);
}

/// Those of one member; a text with a blank is none (`requires login`, as semgrep writes).
std::string fingerprints_in(const json& member) {
  std::string all;
  for (const auto& [name, value] : member.items())
    if (value.is_string() && value.get_ref<const std::string&>().find(' ') == std::string::npos)
      all += (all.empty() ? "" : " ") + name + "=" + value.get<std::string>();
  return all;
}

/// Partial ones tell results of one rule in one file apart, and are often no more than a hash of
/// the line.
std::string fingerprint_of(const json& result, const Finding& finding) {
  const json& partial = json_at(result, "partialFingerprints");
  if (auto ours = json_text(partial, "pipectl/v1"); !ours.empty()) return ours;
  if (auto whole = fingerprints_in(json_at(result, "fingerprints")); !whole.empty()) return whole;
  const auto some = fingerprints_in(partial);
  return some.empty() ? "" : finding.rule + " " + finding.path + " " + some;
}

void place(const json& result, Finding& finding) {
  const json& locations = json_at(result, "locations");
  if (!locations.is_array() || locations.empty()) return;
  const json& physical = json_at(locations[0], "physicalLocation");
  finding.path = json_text(json_at(physical, "artifactLocation"), "uri");
  if (finding.path.starts_with("file://"))
    finding.path.erase(0, std::string_view("file://").size());
  const json& region = json_at(physical, "region");
  finding.line = json_whole(region, "startLine");
  finding.column = json_whole(region, "startColumn");
}

/// Suppressed in the code or by the tool: reported, but nothing to act on.
bool is_settled(const json& result) {
  const auto baseline = json_text(result, "baselineState");
  if (baseline == "absent") return true;
  const auto kind = json_text(result, "kind");
  if (!kind.empty() && kind != "fail" && kind != "open" && kind != "review") return true;
  const json& suppressions = json_at(result, "suppressions");
  if (!suppressions.is_array() || suppressions.empty()) return false;
  return std::ranges::all_of(suppressions, [](const json& one) {
    const auto status = json_text(one, "status");
    return status.empty() || status == "accepted";
  });
}

class Sarif {
 public:
  explicit Sarif(ReportSink& sink) : sink_(sink) {}

  Result<void> run(std::istream& in) {
    auto first = read(in, Pass::everything);
    if (!needs_rules_first_) return first ? check_end() : first;
    in.clear();
    in.seekg(0);
    rules_.clear();
    TRY(read(in, Pass::rules));
    in.clear();
    in.seekg(0);
    told_before_ = told_;
    told_ = 0;
    TRY(read(in, Pass::results));
    return check_end();
  }

 private:
  enum class Pass { everything, rules, results };

  Result<void> read(std::istream& in, Pass pass) {
    std::vector<JsonPlace> places{
        {"runs", {}, required},
        {"runs/#/tool", {}, in_each},
        {"version", [](const JsonPath&, const json& version) { return check(version); }, required}};
    if (pass != Pass::results) {
      places.push_back(
          {"runs/#/tool/driver/name", [this](const JsonPath& path, const json&) -> Result<void> {
             rules_[path.at(1)];
             return {};
           }});
      for (const std::string_view where :
           {"runs/#/tool/driver/rules/#", "runs/#/tool/extensions/#/rules/#"})
        places.push_back({where, [this](const JsonPath& path, const json& one) -> Result<void> {
                            rules_[path.at(1)].add(rule_of(one));
                            return {};
                          }});
    }
    if (pass != Pass::rules) {
      for (const std::string_view where : {"runs/#/invocations/#/toolExecutionNotifications/#",
                                           "runs/#/invocations/#/toolConfigurationNotifications/#"})
        places.push_back({where, [this](const JsonPath& path, const json& one) {
                            return notice(path.at(1), one);
                          }});
      places.push_back({"runs/#/invocations/#/executionSuccessful",
                        [this](const JsonPath& path, const json& good) -> Result<void> {
                          if (good == false) broke_.insert(path.at(1));
                          return {};
                        }});
      places.push_back({"runs/#/results/*", [this, pass](const JsonPath& path, const json& one) {
                          return result(path.at(1), one, pass);
                        }});
    }
    return read_json(in, places);
  }

  static Result<void> check(const json& version) {
    if (version.is_string() && version.get_ref<const std::string&>().starts_with("2.1.")) return {};
    return fail(Fault::step, fmt::format("its version is {}, not 2.1.0", printable(version.dump())),
                "let the tool write SARIF 2.1.0");
  }

  /// A run that broke off may have seen nothing of what there is.
  [[nodiscard]] Result<void> check_end() const {
    if (std::ranges::includes(found_in_, broke_)) return {};
    return fail(Fault::step, "the tool says that it failed (`executionSuccessful: false`)",
                "its own output says why");
  }

  /// What the tool says of itself: with an error it could not look at something.
  Result<void> notice(const std::string& run, const json& one) {
    if (told_++ < told_before_ || json_text(one, "level") != "error") return {};
    Finding finding;
    finding.rule = json_text(json_at(one, "descriptor"), "id");
    if (finding.rule.empty()) finding.rule = "tool-error";
    finding.severity = Severity::error;
    finding.message = json_text(json_at(one, "message"), "text");
    place(one, finding);
    tell(run, std::move(finding));
    return {};
  }

  void tell(const std::string& run, Finding finding) {
    found_in_.insert(run);
    sink_.finding(std::move(finding));
  }

  Result<void> result(const std::string& run, const json& one, Pass pass) {
    const auto rules = rules_.find(run);
    if (pass == Pass::everything && rules == rules_.end()) {
      needs_rules_first_ = true;
      return fail(Fault::step, "the rules come after the results");
    }
    if (!one.is_object())
      return fail(Fault::step, "a result is no mapping",
                  "was it written by this tool, and in this format?");
    if (told_++ < told_before_ || is_settled(one)) return {};
    const Rule* const rule = rules == rules_.end() ? nullptr : rules->second.find(one);
    Finding finding;
    finding.rule = json_text(one, "ruleId");
    if (finding.rule.empty() && rule != nullptr) finding.rule = rule->id;
    finding.severity = severity_of(one, rule);
    const json& message = json_at(one, "message");
    finding.message = json_text(message, "text");
    if (finding.message.empty()) finding.message = json_text(message, "markdown");
    if (finding.message.empty()) finding.message = json_text(message, "id");
    if (rule != nullptr) finding.url = rule->url;
    place(one, finding);
    finding.fingerprint = fingerprint_of(one, finding);
    tell(run, std::move(finding));
    return {};
  }

  ReportSink& sink_;
  std::map<std::string, Rules, std::less<>> rules_;
  std::size_t told_{0};         ///< results and notices, in the order written
  std::size_t told_before_{0};  ///< by the reading that ended early
  bool needs_rules_first_{false};
  std::set<std::string, std::less<>> broke_;     ///< runs that the tool says failed
  std::set<std::string, std::less<>> found_in_;  ///< runs with something that counts
};

Result<void> read_sarif(std::istream& in, ReportSink& sink) {
  sink.counts(ReportSink::Counts::security);
  sink.counts(ReportSink::Counts::lint);
  return Sarif(sink).run(in);
}

}  // namespace

std::unique_ptr<ReportReader> make_sarif_reader() {
  return make_reader("sarif", "Findings as SARIF 2.1.0, which most scanners can write", read_sarif);
}

}  // namespace pipectl::stages
