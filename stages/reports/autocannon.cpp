// autocannon's JSON. It has no p95; the nearest above is p97.5.
#include <nlohmann/json.hpp>
#include <type_traits>
#include <utility>

#include "stages/reports/json.hpp"
#include "stages/reports/load_metrics.hpp"
#include "stages/reports/make_reader.hpp"
#include "stages/reports/reports.hpp"

namespace pipectl::stages {
namespace {

using nlohmann::json;
using enum JsonPlace::Presence;

void tell_latency(const json& value, LoadMetrics metrics) {
  metrics.latency("min", json_number(value, "min"));
  metrics.latency("mean", json_number(value, "average"));
  metrics.latency("max", json_number(value, "max"));
  for (const auto& [key, name] : {std::pair{"p50", "p50"},
                                  {"p75", "p75"},
                                  {"p90", "p90"},
                                  {"p95", "p95"},
                                  {"p97_5", "p97.5"},
                                  {"p99", "p99"},
                                  {"p99_9", "p99.9"},
                                  {"p99_99", "p99.99"}})
    metrics.latency(name, json_number(value, key));
}

Result<void> read_autocannon(std::istream& in, ReportSink& sink) {
  LoadMetrics metrics(sink);
  json latency;
  double responses = 0;
  double refused = 0;  // timeouts are among them
  double bad = 0;
  const auto take = [](auto& target) {
    return [&target](const JsonPath&, const json& value) -> Result<void> {
      target = value.get<std::remove_reference_t<decltype(target)>>();
      return {};
    };
  };
  const auto requests = [&](const JsonPath&, const json& value) -> Result<void> {
    responses = json_number(value, "total").value_or(0);
    metrics.rate(json_number(value, "average"));
    return {};
  };
  TRY(read_json(in, {{"latency", take(latency), required},
                     {"requests", requests, required},
                     {"errors", take(refused)},
                     {"non2xx", take(bad)}}));
  metrics.count("requests", responses + refused);
  metrics.count("errors", bad + refused);
  if (responses > 0) tell_latency(latency, metrics);  // else they are zeros that mean nothing
  return {};
}

}  // namespace

std::unique_ptr<ReportReader> make_autocannon_reader() {
  return make_reader("autocannon", "Load test as autocannon's JSON (`--json`)", read_autocannon);
}

}  // namespace pipectl::stages
