#include "stages/deploy/analysis.hpp"

#include <fmt/format.h>

namespace pipectl::stages {
namespace {

std::unique_ptr<Analysis> parse_one(yaml::Node node, std::size_t number,
                                    const ParseContext& context) {
  yaml::Reader reader{node, fmt::format("analysis {}", number), context.diagnostics};
  if (node.kind() != yaml::Kind::mapping) return nullptr;
  std::unique_ptr<Analysis> made;
  if (node.find("http")) {
    made = parse_http_analysis(reader, context);
  } else if (node.find("prometheus")) {
    made = parse_prometheus_analysis(reader, context);
  } else {
    context.diagnostics.error(node.span(),
                              fmt::format("{} does not say what to measure", reader.what()),
                              "`http` or `prometheus`");
    return nullptr;
  }
  reader.finish();
  return made;
}

}  // namespace

Analyses parse_analyses(yaml::Node list, const ParseContext& context) {
  Analyses analyses;
  if (list.kind() != yaml::Kind::sequence || list.size() == 0) {
    context.diagnostics.error(list.span(), "`analyse` must be a list",
                              "`- {http: 'http://app:80/', gate: {error_rate: '< 1%'}}`");
    return analyses;
  }
  std::size_t number = 0;
  for (const yaml::Node node : list.items())
    if (auto one = parse_one(node, ++number, context)) analyses.push_back(std::move(one));
  return analyses;
}

Result<std::string> run_analyses(const Analyses& analyses, StageContext& context) {
  std::string seen;
  for (const auto& analysis : analyses) {
    if (!seen.empty()) seen += "; ";
    seen += TRY(analysis->run(context));
  }
  return seen;
}

}  // namespace pipectl::stages
