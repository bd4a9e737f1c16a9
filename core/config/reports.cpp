#include "core/config/reports.hpp"

#include <fmt/format.h>

#include "core/base/text.hpp"
#include "core/config/values.hpp"
#include "core/store/file_pattern.hpp"

namespace pipectl::config {
namespace {

/// True when it is a mapping with at least one entry; else reported.
bool is_filled_mapping(yaml::Node node, std::string_view key, std::string hint,
                       Diagnostics& diagnostics) {
  if (node.kind() == yaml::Kind::mapping && node.size() > 0) return true;
  const auto what = node.kind() == yaml::Kind::mapping ? "an empty one" : describe(node.kind());
  diagnostics.error(node.span(), fmt::format("'{}' must be a mapping, not {}", key, what),
                    std::move(hint));
  return false;
}

/// A path that can be looked for: relative, and not out of its folder.
void check_path(const expr::Template& path, Diagnostics& diagnostics) {
  if (!path.is_literal()) return;
  if (const auto pattern = store::FilePattern::parse(path.text()); !pattern)
    diagnostics.error(path.where(), pattern.error().message, pattern.error().hint);
}

ReportSpec read_report(const yaml::Node::Entry& entry, Diagnostics& diagnostics) {
  ReportSpec report{std::string(entry.key.text()), {}, entry.key.span()};
  const auto kind = entry.value.kind();
  if (kind == yaml::Kind::null || (kind == yaml::Kind::sequence && entry.value.size() == 0)) {
    diagnostics.error(entry.key.span(), fmt::format("report '{}' names no file", report.format),
                      "name the file that the command writes, or a glob");
    return report;
  }
  for (const yaml::Node path : yaml::read_strings(entry.value, entry.key.text(), diagnostics)) {
    auto text = read_template(path, entry.key.text(), diagnostics);
    if (!text) continue;
    check_path(*text, diagnostics);
    report.paths.push_back(std::move(*text));
  }
  return report;
}

void read_gate(const yaml::Node::Entry& entry, std::vector<Gate>& gates, Diagnostics& diagnostics) {
  auto bound = read_template(entry.value, entry.key.text(), diagnostics);
  if (!bound) return;
  if (bound->is_literal()) {
    if (const auto parsed = parse_bound(bound->text()); !parsed)
      diagnostics.error(entry.value.span(), parsed.error().message, parsed.error().hint);
  }
  gates.push_back({std::string(entry.key.text()), std::move(*bound), entry.key.span()});
}

}  // namespace

void read_reports(yaml::Reader& reader, StageSpec& spec) {
  auto& diagnostics = reader.diagnostics();
  if (const auto reports = reader.node("reports")) {
    spec.reports.clear();
    if (is_filled_mapping(*reports, "reports", "write FORMAT: FILE, such as {junit: junit.xml}",
                          diagnostics))
      for (const auto entry : reports->entries())
        spec.reports.push_back(read_report(entry, diagnostics));
  }
  if (const auto gate = reader.node("gate")) {
    spec.gates.clear();
    if (is_filled_mapping(*gate, "gate", "write METRIC: BOUND, such as {coverage: '>= 80%'}",
                          diagnostics))
      for (const auto entry : gate->entries()) read_gate(entry, spec.gates, diagnostics);
  }
}

void check_reports(const StageSpec& spec, const Registry& registry, Diagnostics& diagnostics) {
  for (const ReportSpec& report : spec.reports) {
    if (registry.report_reader(report.format) != nullptr) continue;
    std::vector<std::string_view> known;
    for (const auto& reader : registry.report_readers()) known.push_back(reader->name());
    std::string hint = suggestion(report.format, known);
    if (hint.empty())
      for (const auto name : known)
        hint += fmt::format("{}{}", hint.empty() ? "one of " : ", ", name);
    diagnostics.error(report.where, fmt::format("unknown report format '{}'", report.format),
                      std::move(hint));
  }
}

void check_gates(const StageSpec& spec, const Measures& measures, Diagnostics& diagnostics) {
  const bool measured =
      !spec.reports.empty() || !measures.reports.empty() || measures.own == Measures::Own::metrics;
  if (spec.gates.empty() || measured) return;
  diagnostics.error(spec.gates.front().where,
                    fmt::format("the gate of stage '{}' has nothing to decide by", spec.name),
                    "name what the command writes under `reports`, such as {junit: junit.xml}");
}

}  // namespace pipectl::config
