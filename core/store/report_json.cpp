#include "core/store/report_json.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "core/store/json_line.hpp"

namespace pipectl::store {
namespace {

using Json = nlohmann::ordered_json;
using report::TestOutcome;

constexpr std::array all_outcomes{TestOutcome::passed, TestOutcome::failed, TestOutcome::error,
                                  TestOutcome::skipped, TestOutcome::flaky};
constexpr std::array all_merges{report::Merge::sum, report::Merge::most, report::Merge::least};

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// Reads what `take` asks for; nothing when the text is no JSON or a value has another type.
template <class T, class Take>
std::optional<T> parsed(std::string_view text, Take take) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  try {
    T value;
    take(json, value);
    return value;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

report::Severity severity_named(std::string_view name) {
  for (const auto severity : report::all_severities)
    if (to_string(severity) == name) return severity;
  return report::Severity::unknown;
}

JsonLine line_of(const report::Finding& finding) {
  JsonLine line;
  line.text("rule", finding.rule)
      .text("severity", to_string(finding.severity))
      .text("message", finding.message)
      .text_if_any("path", finding.path)
      .number_if_any("line", finding.line)
      .number_if_any("column", finding.column)
      .text_if_any("package", finding.package)
      .text_if_any("url", finding.url)
      .text("fingerprint", finding.fingerprint);
  return line;
}

void read(const Json& json, report::Finding& finding) {
  finding.rule = json.at("rule").get<std::string>();
  finding.severity = severity_named(json.at("severity").get<std::string>());
  finding.message = json.at("message").get<std::string>();
  finding.path = json.value("path", std::string());
  finding.line = json.value("line", 0U);
  finding.column = json.value("column", 0U);
  finding.package = json.value("package", std::string());
  finding.url = json.value("url", std::string());
  finding.fingerprint = json.at("fingerprint").get<std::string>();
}

Json json_of(const report::GateVerdict& gate) {
  Json json{{"metric", gate.metric},
            {"bound", gate.bound},
            {"actual", gate.actual},
            {"passed", gate.result == report::GateVerdict::Result::passed}};
  if (!gate.waiver.empty()) json["waived"] = gate.waiver;
  return json;
}

report::GateVerdict gate_of(const Json& json) {
  using enum report::GateVerdict::Result;
  report::GateVerdict gate{
      json.at("metric").get<std::string>(), json.at("bound").get<std::string>(),
      json.at("actual").get<std::string>(), failed, json.value("waived", std::string())};
  if (!gate.waiver.empty()) gate.result = waived;
  if (json.at("passed").get<bool>()) gate.result = passed;
  return gate;
}

}  // namespace

std::string to_json(const report::Finding& finding) { return line_of(finding).take(); }

std::string to_json(const report::Finding& finding, std::string_view waived) {
  return line_of(finding).text("waived", waived).take();
}

std::string to_json(const report::TestCase& test) {
  JsonLine line;
  return line.text("suite", test.suite)
      .text("name", test.name)
      .text("outcome", to_string(test.outcome))
      .number("seconds", test.duration.count())
      .text_if_any("message", test.message)
      .text_if_any("file", test.file)
      .take();
}

std::string to_json(const ReportSummary& summary) {
  Json metrics = Json::array();
  for (const auto& [name, metric] : summary.metrics)
    metrics.push_back({{"name", name},
                       {"value", metric.value},
                       {"unit", to_string(metric.unit)},
                       {"merge", static_cast<int>(metric.merge)}});
  Json gates = Json::array();
  for (const auto& gate : summary.gates) gates.push_back(json_of(gate));
  return dump({{"v", 1},
               {"metrics", std::move(metrics)},
               {"gates", std::move(gates)},
               {"left_out", summary.left_out}});
}

std::optional<report::Finding> finding_from_json(std::string_view line) {
  return parsed<report::Finding>(line, read);
}

std::optional<std::pair<report::Finding, std::string>> waived_from_json(std::string_view line) {
  using Waived = std::pair<report::Finding, std::string>;
  return parsed<Waived>(line, [](const Json& json, Waived& waived) {
    read(json, waived.first);
    waived.second = json.at("waived").get<std::string>();
  });
}

std::optional<report::TestCase> test_from_json(std::string_view line) {
  return parsed<report::TestCase>(line, [](const Json& json, report::TestCase& test) {
    test.suite = json.at("suite").get<std::string>();
    test.name = json.at("name").get<std::string>();
    const auto outcome = json.at("outcome").get<std::string>();
    for (const auto one : all_outcomes)
      if (to_string(one) == outcome) test.outcome = one;
    test.duration = std::chrono::duration<double>(json.value("seconds", 0.0));
    test.message = json.value("message", std::string());
    test.file = json.value("file", std::string());
  });
}

std::string to_json(std::string_view of, const report::Samples& samples) {
  Json list = Json::array();
  for (const auto& sample : samples) list.push_back({sample.value, sample.count});
  return dump({{"of", of}, {"samples", std::move(list)}});
}

std::optional<std::pair<std::string, report::Samples>> samples_from_json(std::string_view line) {
  using Named = std::pair<std::string, report::Samples>;
  return parsed<Named>(line, [](const Json& json, Named& named) {
    named.first = json.at("of").get<std::string>();
    for (const auto& one : json.at("samples"))
      named.second.push_back({one.at(0).get<double>(), one.at(1).get<std::uint64_t>()});
  });
}

std::optional<ReportSummary> summary_from_json(std::string_view text) {
  return parsed<ReportSummary>(text, [](const Json& json, ReportSummary& summary) {
    for (const auto& one : json.at("metrics")) {
      report::Metric metric;
      metric.name = one.at("name").get<std::string>();
      metric.value = one.at("value").get<double>();
      metric.unit = report::parse_unit(one.at("unit").get<std::string>()).value_or(metric.unit);
      metric.merge = all_merges[one.at("merge").get<std::size_t>() % std::size(all_merges)];
      summary.metrics.emplace(metric.name, metric);
    }
    for (const auto& one : json.at("gates")) summary.gates.push_back(gate_of(one));
    summary.left_out = json.value("left_out", std::uint64_t{0});
  });
}

}  // namespace pipectl::store
