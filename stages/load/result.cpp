#include "stages/load/result.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/model/report.hpp"
#include "stages/reports/load_metrics.hpp"

namespace pipectl::stages::load {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::pair<const char*, double>, 6> percentiles{
    {{"p50", 50}, {"p75", 75}, {"p90", 90}, {"p95", 95}, {"p99", 99}, {"p99.9", 99.9}}};

double error_rate(const Tally& tally) {
  if (tally.requests == 0) return 0;
  return 100 * static_cast<double>(tally.failed) / static_cast<double>(tally.requests);
}

double per_second(const Tally& tally, double seconds) {
  return seconds > 0 ? static_cast<double>(tally.requests) / seconds : 0;
}

void tell_tally(const Tally& tally, double seconds, LoadMetrics metrics) {
  metrics.count("requests", static_cast<double>(tally.requests));
  metrics.count("errors", static_cast<double>(tally.failed));
  metrics.percent("error_rate", error_rate(tally));
  metrics.rate(per_second(tally, seconds));
  if (tally.durations.count() == 0) return;
  metrics.latency("min", tally.durations.min());
  metrics.latency("mean", tally.durations.mean());
  for (const auto& [name, percent] : percentiles)
    metrics.latency(name, tally.durations.percentile(percent));
  metrics.latency("max", tally.durations.max());
}

Json json_of(const Tally& tally, double seconds) {
  Json json{{"requests", tally.requests},
            {"errors", tally.failed},
            {"error_rate", error_rate(tally)},
            {"rps", per_second(tally, seconds)}};
  Json& durations = json["duration_ms"];
  durations["min"] = tally.durations.min();
  durations["mean"] = tally.durations.mean();
  for (const auto& [name, percent] : percentiles)
    durations[name] = tally.durations.percentile(percent);
  durations["max"] = tally.durations.max();
  json["causes"] = Json::object();
  for (const auto& [cause, count] : tally.errors) json["causes"][cause] = count;
  return json;
}

Json json_of(const Histogram& durations) {
  Json bars = Json::array();
  for (const auto& bar : durations.bars())
    bars.push_back({{"from_ms", bar.from}, {"to_ms", bar.to}, {"count", bar.count}});
  return bars;
}

Json json_of(const Timeline& timeline) {
  Json points = Json::array();
  for (const auto& point : timeline.points())
    points.push_back({{"second", point.from},
                      {"requests", point.requests},
                      {"errors", point.failed},
                      {"p50", point.p50},
                      {"p95", point.p95},
                      {"p99", point.p99},
                      {"max", point.max}});
  return {{"seconds_each", timeline.width()}, {"points", std::move(points)}};
}

}  // namespace

void Tally::add(std::uint64_t microseconds, const std::string& cause) {
  ++requests;
  durations.record(microseconds);
  if (cause.empty()) return;
  ++failed;
  ++errors[cause];
}

void tell(const LoadResult& result, ReportSink& sink) {
  tell_tally(result.all, result.seconds, LoadMetrics(sink));
  sink.samples("", result.all.durations.samples());
  for (const Tally& tally : result.scenarios) {
    const std::string name = "scenario." + tally.name + ".";
    tell_tally(tally, result.seconds, LoadMetrics(sink, name));
    sink.samples(name, tally.durations.samples());
  }
}

std::string to_json(const LoadResult& result) {
  Json json{{"seconds", result.seconds}, {"all", json_of(result.all, result.seconds)}};
  json["scenarios"] = Json::object();
  for (const Tally& tally : result.scenarios)
    json["scenarios"][tally.name] = json_of(tally, result.seconds);
  json["histogram"] = json_of(result.all.durations);
  json["timeline"] = json_of(result.timeline);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string one_line(const LoadResult& result) {
  using report::Unit;
  return fmt::format("{} requests · {} · p95 {} · errors {}", result.all.requests,
                     report::to_text(per_second(result.all, result.seconds), Unit::per_second),
                     report::to_text(result.all.durations.percentile(95), Unit::milliseconds),
                     report::to_text(error_rate(result.all), Unit::percent));
}

}  // namespace pipectl::stages::load
