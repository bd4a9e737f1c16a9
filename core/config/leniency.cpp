#include "core/config/leniency.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"
#include "core/config/keys.hpp"
#include "core/config/values.hpp"
#include "core/store/file_pattern.hpp"

namespace pipectl::config {
namespace {

/// A text that stands as it is, not empty.
std::string read_text(yaml::Reader& reader, std::string_view key) {
  const auto value = reader.node(key);
  if (!value) return {};
  const auto text = yaml::read_string(*value, key, reader.diagnostics());
  if (!text || !check_literal(*value, key, reader.diagnostics())) return {};
  if (trim(*text).empty())
    reader.diagnostics().error(value->span(), fmt::format("'{}' is empty", key));
  return std::string(trim(*text));
}

/// Both are asked for: nothing is let pass for no reason, nothing for ever.
Excuse read_excuse(yaml::Reader& reader) {
  Excuse excuse;
  const auto required = [&](std::string_view key, std::string_view hint) {
    const auto value = reader.node(key);
    if (!value)
      reader.diagnostics().error(reader.self().span(),
                                 fmt::format("{} has no `{}`", reader.what(), key),
                                 std::string(hint));
    return value;
  };
  if (required("reason", "say why this may pass, for those who read it later"))
    excuse.reason = read_text(reader, "reason");
  const auto expires =
      required("expires", "the last day on which it holds, such as 'expires: 2026-12-31'");
  if (!expires) return excuse;
  const auto day = parse_day(expires->text());
  if (!day)
    reader.diagnostics().error(expires->span(),
                               fmt::format("'{}' is no day", printable(expires->text())),
                               "write it as YEAR-MONTH-DAY, such as 2026-12-31");
  excuse.expires = day.value_or(excuse.expires);
  return excuse;
}

Waiver read_waiver(yaml::Node node, Diagnostics& diagnostics) {
  yaml::Reader reader(node, "the waiver", diagnostics);
  reader.allow(key_names(Section::waiver));
  Waiver waiver;
  waiver.where = node.span();
  if (node.kind() != yaml::Kind::mapping) return waiver;
  waiver.gate = read_text(reader, "gate");
  waiver.rule = read_text(reader, "rule");
  waiver.package = read_text(reader, "package");
  waiver.path = read_text(reader, "path");
  if (const auto path = reader.node("path")) check_glob(path->text(), path->span(), diagnostics);
  const bool finding = reader.node("rule") || reader.node("package") || reader.node("path");
  const auto gate = reader.node("gate");
  if (gate && finding)
    diagnostics.error(gate->span(), "a waiver is for a gate or for findings, not for both",
                      "write two waivers");
  if (!gate && !finding)
    diagnostics.error(node.span(), "the waiver does not say for what it is",
                      "name a `rule`, `package` or `path` of findings, or a `gate`");
  waiver.excuse = read_excuse(reader);
  reader.finish();
  return waiver;
}

Quarantine read_quarantine(yaml::Node node, Diagnostics& diagnostics) {
  yaml::Reader reader(node, "the quarantine", diagnostics);
  reader.allow(key_names(Section::quarantine));
  Quarantine quarantine;
  quarantine.where = node.span();
  if (node.kind() != yaml::Kind::mapping) return quarantine;
  if (reader.node("test"))
    quarantine.test = read_text(reader, "test");
  else
    diagnostics.error(node.span(), "the quarantine names no `test`",
                      "NAME or SUITE.NAME, where `*` stands for any characters");
  quarantine.excuse = read_excuse(reader);
  reader.finish();
  return quarantine;
}

/// The mappings of a list.
std::vector<yaml::Node> read_list(yaml::Reader& reader, std::string_view key) {
  std::vector<yaml::Node> items;
  const auto value = reader.node(key);
  if (!value) return items;
  if (value->kind() != yaml::Kind::sequence) {
    reader.diagnostics().error(
        value->span(), fmt::format("'{}' must be a list, not {}", key, describe(value->kind())),
        "write each entry as `- {…}`");
    return items;
  }
  for (const yaml::Node item : value->items()) items.push_back(item);
  return items;
}

FlakyPolicy read_flaky(yaml::Node node, const ParseContext& context, Measures::Rerun without) {
  constexpr long most = 10;
  yaml::Reader reader(node, "'flaky'", context.diagnostics);
  reader.allow(key_names(Section::flaky));
  FlakyPolicy flaky;
  flaky.rerun = read_templates(reader, "rerun");
  for (const auto& line : flaky.rerun) line.check_shell(context.names, context.diagnostics);
  const long otherwise = flaky.rerun.empty() ? 0 : 1;
  flaky.reruns = static_cast<unsigned>(reader.integer("max", 1, most).value_or(otherwise));
  const bool said = reader.node("rerun") || without == Measures::Rerun::known;
  if (flaky.reruns > 0 && flaky.rerun.empty() && !said)
    context.diagnostics.error(node.span(), "'flaky' does not say how failed tests are run again",
                              "write the command under `rerun`; it finds their names in "
                              "$PIPECTL_FAILED_TESTS");
  for (const yaml::Node item : read_list(reader, "quarantine"))
    flaky.quarantine.push_back(read_quarantine(item, context.diagnostics));
  reader.finish();
  return flaky;
}

/// One file, looked for as reports are, and a gate that asks for it.
expr::Template read_baseline(yaml::Node node, const ParseContext& context,
                             const Measures& measures) {
  auto& diagnostics = context.diagnostics;
  auto file = read_template(node, "baseline", diagnostics);
  if (!file) return {};
  file->check(context.names, diagnostics);
  const auto pattern = store::FilePattern::parse(file->is_literal() ? file->text() : "file");
  if (!pattern)
    diagnostics.error(node.span(), pattern.error().message, pattern.error().hint);
  else if (pattern->excludes() || !pattern->is_literal())
    diagnostics.error(node.span(), fmt::format("'{}' is not one file", printable(file->text())),
                      "the known findings of a stage lie in one SARIF file");
  const auto& gates = context.stage.gates.empty() ? measures.gates : context.stage.gates;
  if (std::ranges::find(gates, "new_findings", &Gate::metric) == gates.end())
    diagnostics.error(
        node.span(), fmt::format("no gate of stage '{}' asks for its baseline", context.stage.name),
        "add `gate: {new_findings: 0}`");
  return *std::move(file);
}

}  // namespace

std::optional<StageLeniency> read_leniency(yaml::Reader& reader, const ParseContext& context,
                                           const Measures& measures) {
  const auto flaky = reader.node("flaky");
  const auto waivers = reader.node("waivers");
  const auto baseline = reader.node("baseline");
  if (!flaky && !waivers && !baseline) return std::nullopt;
  StageLeniency leniency;
  for (const yaml::Node item : read_list(reader, "waivers"))
    leniency.waivers.push_back(read_waiver(item, context.diagnostics));
  // Where the stage names reports of its own, a tool does not know how to write them.
  const auto rerun = context.stage.reports.empty() ? measures.rerun : Measures::Rerun::unknown;
  if (flaky) leniency.flaky = read_flaky(*flaky, context, rerun);
  if (baseline) leniency.baseline = read_baseline(*baseline, context, measures);
  const bool measured = !context.stage.reports.empty() || !measures.reports.empty() ||
                        measures.own == Measures::Own::metrics;
  if (!measured)
    context.diagnostics.error(
        (waivers ? *waivers
         : flaky ? *flaky
                 : *baseline)
            .span(),
        fmt::format("stage '{}' has no report that this could be for", context.stage.name),
        "name what the command writes under `reports`, such as {junit: junit.xml}");
  return leniency;
}

}  // namespace pipectl::config
