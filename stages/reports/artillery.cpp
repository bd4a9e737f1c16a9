// Artillery's JSON: since version 2 counters and summaries, before that latency and codes. A
// response with a status of 400 or more counts as an error, as it does with other tools.
#include <fmt/format.h>

#include <algorithm>
#include <map>
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

constexpr std::string_view by_endpoint = "plugins.metrics-by-endpoint.";

/// Node's word for a request that got no answer: `ECONNREFUSED`.
bool is_no_answer(std::string_view cause) {
  return cause.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == cause.npos;
}

struct Endpoint {
  double requests{0};
  double errors{0};
};

/// What became of requests by the names of endpoints: `NAME.codes.200`, `NAME.errors.ETIMEDOUT`.
class Endpoints {
 public:
  void add(std::string_view counter, double count) {
    constexpr std::string_view codes = ".codes.";
    constexpr std::string_view errors = ".errors.";
    if (const auto at = counter.rfind(codes); at != counter.npos) {
      const bool bad = is_bad_status(counter.substr(at + codes.size()));
      add(counter.substr(0, at), {count, bad ? count : 0});
    } else if (const auto end = counter.rfind(errors); end != counter.npos) {
      const bool alone = is_no_answer(counter.substr(end + errors.size()));
      add(counter.substr(0, end), {alone ? count : 0, count});
    }
  }
  void tell(ReportSink& sink) const {
    for (const auto& [name, endpoint] : all_) {
      LoadMetrics scenario(sink, "scenario." + name + ".");
      scenario.count("requests", endpoint.requests);
      scenario.count("errors", std::min(endpoint.errors, endpoint.requests));
    }
  }

 private:
  void add(std::string_view name, Endpoint more) {
    auto& endpoint = all_[std::string(name)];
    endpoint.requests += more.requests;
    endpoint.errors += more.errors;
  }
  std::map<std::string, Endpoint> all_;
};

double tell_errors(const json& counters, ReportSink& sink) {
  constexpr std::string_view codes = "http.codes.";
  double errors = 0;
  Endpoints endpoints;
  for (const auto& [name, value] : counters.items()) {
    const std::string_view counter = name;
    if (counter.starts_with(by_endpoint))
      endpoints.add(counter.substr(by_endpoint.size()), number(value));
    else if (counter.starts_with("errors.") ||
             (counter.starts_with(codes) && is_bad_status(counter.substr(codes.size()))))
      errors += number(value);
  }
  endpoints.tell(sink);
  return errors;
}

void tell_new(const json& aggregate, ReportSink& sink) {
  LoadMetrics metrics(sink);
  const json& counters = json_at(aggregate, "counters");
  const double errors = tell_errors(counters, sink);
  const double requests = json_number(counters, "http.requests").value_or(0);
  metrics.count("requests", requests);
  metrics.count("errors", std::min(errors, requests));
  metrics.count("users", json_number(counters, "vusers.created"));
  metrics.count("users.failed", json_number(counters, "vusers.failed"));
  metrics.rate(json_number(json_at(aggregate, "rates"), "http.request_rate"));
  constexpr std::string_view times = "response_time.";
  for (const auto& [name, summary] : json_at(aggregate, "summaries").items()) {
    std::string_view rest = name;
    if (rest == "http.response_time") tell_durations(summary, metrics);
    if (!rest.starts_with(by_endpoint)) continue;
    rest.remove_prefix(by_endpoint.size());
    if (rest.starts_with(times))
      tell_durations(summary,
                     LoadMetrics(sink, fmt::format("scenario.{}.", rest.substr(times.size()))));
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
