// coverage.py's JSON (`coverage json`). Contexts and regions are not looked at.
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "stages/reports/json.hpp"
#include "stages/reports/make_reader.hpp"
#include "stages/reports/reports.hpp"

namespace pipectl::stages {
namespace {

using nlohmann::json;
using enum JsonPlace::Presence;

using Hit = ReportSink::Hit;

std::uint32_t line_of(const json& number) {
  return static_cast<std::uint32_t>(json_integer(number));
}

void tell_lines(const std::string& file, const json& numbers, Hit hit, ReportSink& sink) {
  for (const json& number : numbers) sink.line(file, line_of(number), hit);
}

/// Branches are pairs: from a line to a line, where less than 0 is out of the function.
void tell_branches(const std::string& file, const json& coverage, ReportSink& sink) {
  std::map<std::uint32_t, std::map<std::int64_t, Hit>> by_line;
  for (const auto& [key, hit] :
       {std::pair{"missing_branches", Hit::no}, std::pair{"executed_branches", Hit::yes}})
    for (const json& pair : json_at(coverage, key))
      by_line[line_of(pair.at(0))][json_integer(pair.at(1))] = hit;
  for (const auto& [line, targets] : by_line) {
    std::uint32_t way = 0;
    for (const auto& [target, hit] : targets) sink.branch(file, line, way++, hit);
  }
}

Result<void> read_coverage_py(std::istream& in, ReportSink& sink) {
  sink.counts(ReportSink::Counts::lines);
  const auto take = [&](const JsonPath& path, const json& coverage) -> Result<void> {
    const std::string& file = path.back();
    tell_lines(file, coverage.at("missing_lines"), Hit::no, sink);
    tell_lines(file, coverage.at("executed_lines"), Hit::yes, sink);
    tell_branches(file, coverage, sink);
    return {};
  };
  return read_json(in, {{"files", {}, required}, {"files/*", take}});
}

}  // namespace

std::unique_ptr<ReportReader> make_coverage_py_reader() {
  return make_reader("coverage-py", "Coverage as coverage.py's JSON", read_coverage_py);
}

}  // namespace pipectl::stages
