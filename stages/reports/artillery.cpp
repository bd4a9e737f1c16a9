// Artillery's JSON: since version 2 counters and summaries, before that latency and codes. A
// response with a status of 400 or more counts as an error, as it does with other tools.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "stages/reports/json.hpp"
#include "stages/reports/load_metrics.hpp"
#include "stages/reports/make_reader.hpp"
#include "stages/reports/reports.hpp"

namespace pipectl::stages {
namespace {

using nlohmann::json;
using enum JsonPlace::Presence;

void tell_durations(const json& summary, LoadMetrics metrics) {
  metrics.latency("min", json_number(summary, "min"));
  metrics.latency("max", json_number(summary, "max"));
  metrics.latency("mean", json_number(summary, "mean"));
  const auto median = json_number(summary, "median");
  metrics.latency("p50", median ? median : json_number(summary, "p50"));
  for (const char* name : {"p75", "p90", "p95", "p99"})
    metrics.latency(name, json_number(summary, name));
  metrics.latency("p99.9", json_number(summary, "p999"));
}

bool is_bad_status(std::string_view code) { return code.size() == 3 && code.front() >= '4'; }

double number(const json& value) { return value.is_number() ? value.get<double>() : 0; }

void tell_new(const json& aggregate, ReportSink& sink) {
  LoadMetrics metrics(sink);
  const json& counters = json_at(aggregate, "counters");
  constexpr std::string_view codes = "http.codes.";
  double errors = 0;
  for (const auto& [name, value] : counters.items())
    if (name.starts_with("errors.") ||
        (name.starts_with(codes) && is_bad_status(name.substr(codes.size()))))
      errors += number(value);
  const double requests = json_number(counters, "http.requests").value_or(0);
  metrics.count("requests", requests);
  metrics.count("errors", std::min(errors, requests));
  metrics.count("users", json_number(counters, "vusers.created"));
  metrics.count("users.failed", json_number(counters, "vusers.failed"));
  metrics.rate(json_number(json_at(aggregate, "rates"), "http.request_rate"));
  constexpr std::string_view endpoint = "plugins.metrics-by-endpoint.response_time.";
  for (const auto& [name, summary] : json_at(aggregate, "summaries").items()) {
    if (name == "http.response_time") tell_durations(summary, metrics);
    if (name.starts_with(endpoint)) {
      LoadMetrics scenario(sink, "scenario." + name.substr(endpoint.size()) + ".");
      scenario.count("requests", json_number(summary, "count"));
      tell_durations(summary, scenario);
    }
  }
}

void tell_old(const json& aggregate, ReportSink& sink) {
  LoadMetrics metrics(sink);
  const double answered = json_number(aggregate, "requestsCompleted").value_or(0);
  const double sent = json_number(json_at(aggregate, "rps"), "count").value_or(0);
  const double requests = std::max(answered, sent);  // one that got no answer is not "completed"
  double errors = 0;
  for (const auto& [code, count] : json_at(aggregate, "codes").items())
    if (is_bad_status(code)) errors += number(count);
  for (const auto& [cause, count] : json_at(aggregate, "errors").items()) errors += number(count);
  metrics.count("requests", requests);
  metrics.count("errors", std::min(errors, requests));
  metrics.count("users", json_number(aggregate, "scenariosCreated"));
  metrics.rate(json_number(json_at(aggregate, "rps"), "mean"));
  tell_durations(json_at(aggregate, "latency"), metrics);
}

Result<void> read_artillery(std::istream& in, ReportSink& sink) {
  const auto take = [&](const JsonPath&, const json& aggregate) -> Result<void> {
    if (json_at(aggregate, "latency")
            .is_object())  // first: version 1 has counters, too, of its own
      tell_old(aggregate, sink);
    else if (json_at(aggregate, "counters").is_object())
      tell_new(aggregate, sink);
    else
      return fail(Fault::step, "'aggregate' has neither counters nor latency: no load was made");
    return {};
  };
  return read_json(in, {{"aggregate", take, required}});
}

}  // namespace

std::unique_ptr<ReportReader> make_artillery_reader() {
  return make_reader("artillery", "Load test as Artillery's JSON (`--output`)", read_artillery);
}

}  // namespace pipectl::stages
