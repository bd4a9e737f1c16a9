#include "stages/deploy/gates.hpp"

#include <fmt/format.h>

namespace pipectl::stages {
namespace {

/// What can be told of a bound before anything is measured.
Result<void> check_bound(std::string_view metric, const expr::Template& bound,
                         const report::Metrics& sample) {
  if (!bound.is_literal()) return {};
  const Bound parsed = TRY(parse_bound(bound.text()));
  TRY(decide_gate(metric, parsed, sample));
  return {};
}

std::optional<Gate> read_gate(const yaml::Node::Entry& entry, const report::Metrics& sample,
                              const ParseContext& context) {
  const auto text = yaml::read_string(entry.value, entry.key.text(), context.diagnostics);
  if (!text) return std::nullopt;
  auto bound = expr::Template::parse(*text, entry.value.span(), context.diagnostics);
  if (!bound) return std::nullopt;
  bound->check(context.names, context.diagnostics);
  if (const auto fits = check_bound(entry.key.text(), *bound, sample); !fits)
    context.diagnostics.error(entry.value.span(), fits.error().message, fits.error().hint);
  return Gate{std::string{entry.key.text()}, std::move(*bound), entry.key.span()};
}

}  // namespace

std::vector<Gate> read_gates(yaml::Reader& reader, const report::Metrics& sample,
                             const ParseContext& context) {
  std::vector<Gate> gates;
  const auto node = reader.node("gate");
  if (!node || node->kind() != yaml::Kind::mapping || node->size() == 0) {
    context.diagnostics.error(
        node ? node->span() : reader.self().span(),
        fmt::format("{} needs a `gate` that decides it", reader.what()),
        fmt::format("`gate: {{{}: '< 1'}}` with a bound of your own", sample.begin()->first));
    return gates;
  }
  for (const yaml::Node::Entry entry : node->entries())
    if (auto gate = read_gate(entry, sample, context)) gates.push_back(std::move(*gate));
  return gates;
}

Result<std::vector<KnownGate>> evaluate(const std::vector<Gate>& gates, const expr::Scope& scope) {
  std::vector<KnownGate> known;
  known.reserve(gates.size());
  for (const Gate& gate : gates)
    known.push_back({gate.metric, TRY(parse_bound(TRY(gate.bound.evaluate(scope))))});
  return known;
}

Result<void> hold(const std::vector<KnownGate>& gates, Which which,
                  const report::Metrics& metrics) {
  for (const KnownGate& gate : gates) {
    if (which == Which::limits && !gate.is_limit()) continue;
    const auto verdict = TRY(decide_gate(gate.metric, gate.bound, metrics));
    if (verdict.result == report::GateVerdict::Result::failed)
      return fail(Fault::step, describe(verdict));
  }
  return {};
}

}  // namespace pipectl::stages
