#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "core/api/run_command.hpp"
#include "core/base/files.hpp"
#include "core/base/text.hpp"
#include "core/store/report_files.hpp"
#include "stages/load/generator.hpp"
#include "stages/load/hosts.hpp"
#include "stages/load/load.hpp"
#include "stages/load/open_files.hpp"
#include "stages/load/service.hpp"
#include "stages/load/spec.hpp"
#include "stages/report_folder.hpp"
#include "stages/template_key.hpp"

namespace pipectl::stages {
namespace {

using namespace load;

constexpr const char* result_file = "load.json";
/// What is a good latency depends on the service: only errors have a bound of their own.
constexpr const char* usual_errors = "< 1%";

Seconds seconds(Milliseconds duration) { return std::chrono::duration<double>(duration).count(); }

std::string value_of(const EnvMap& env, const std::string& name) {
  const auto found = env.find(name);
  return found == env.end() ? std::string{} : found->second;
}

/// Services of a stage on this host listen on ports that only the run knows: their names stand for
/// them.
std::vector<std::string> ways_to_services(const StageContext& context) {
  std::vector<std::string> ways;
  for (const auto& service : context.spec.services) {
    const auto stem = "PIPECTL_SERVICE_" + env_name(service.name);
    const auto host = value_of(context.env, stem + "_HOST");
    for (const unsigned port : service.ports) {
      const auto there = value_of(context.env, fmt::format("{}_PORT_{}", stem, port));
      if (!host.empty() && host != service.name && !there.empty())
        ways.push_back(fmt::format("{}:{}:{}:{}", service.name, port, host, there));
    }
  }
  return ways;
}

/// A line break in a header would begin another one, or another request.
Result<std::string> header(const std::string& name, const std::string& value) {
  const std::string line = fmt::format("{}: {}", name, value);
  if (line.find_first_of(std::string_view{"\r\n\0", 3}) != std::string::npos || name.empty() ||
      name.find(':') != std::string::npos)
    return fail(Fault::step, fmt::format("'{}' is no header", printable(name)));
  return line;
}

/// Own limits must not look like a server that cannot be reached.
Error too_few_files(std::size_t users, std::size_t room) {
  return {
      Fault::infrastructure,
      fmt::format("{} needs {} connections at once; the limit of open files leaves room for {}",
                  users == 1 ? "the load" : fmt::format("a load of {} users", users), users, room),
      "raise the hard limit of what starts pipectl: `ulimit -Hn`, LimitNOFILE= of a service, "
      "--ulimit nofile= of a container"};
}

class LoadStage final : public StageRunner {
 public:
  LoadStage(LoadSpec spec, std::shared_ptr<OpenFiles> files)
      : spec_(std::move(spec)), files_(std::move(files)) {}

  [[nodiscard]] std::vector<std::string> preview(const expr::Scope& scope) const override {
    std::vector<std::string> lines;
    if (spec_.serve) {
      for (const auto& command : spec_.serve->run.preview(scope))
        lines.push_back("serve: " + command);
      preview_checks(spec_.serve->health, scope, lines);
    }
    for (const auto& scenario : spec_.scenarios)
      for (const auto& request : scenario.requests)
        lines.push_back(fmt::format("load: {} {}", request.method, shown(request.url, scope)));
    lines.back() += ", " + describe(spec_.profile, scope);
    return lines;
  }

  Outcome run(StageContext& context) const override {
    auto outcome = measure(context);
    return outcome ? *std::move(outcome) : outcome_of(outcome.error());
  }

  [[nodiscard]] Measures measures() const override {
    Measures measures;
    measures.own = Measures::Own::metrics;
    measures.gates.push_back({"error_rate", expr::Template::literal(usual_errors), {}});
    return measures;
  }

 private:
  Result<Outcome> measure(StageContext& context) const {
    const Profile profile = TRY(resolve(spec_.profile, context.scope));
    Load load = TRY(ready(profile, context));
    const auto folder = TRY(make_report_folder(context));
    const std::string headline = "$ load: " + describe(profile);
    if (!spec_.serve) {
      context.emit.note(headline);
      return send(load, folder, context);
    }
    Service service{*spec_.serve, context};
    if (auto unhealthy = service.await()) return std::move(*unhealthy);
    context.emit.note(headline);
    auto outcome = send(load, folder, context, &service);
    service.stop();
    return outcome;
  }

  Result<Outcome> send(Load& load, const std::filesystem::path& folder, StageContext& context,
                       Service* service = nullptr) const {
    const auto users = static_cast<std::size_t>(load.users);
    const auto room = users > 0 ? files_->reserve(users, OpenFiles::Share::all)
                                : files_->reserve(most_connections, OpenFiles::Share::half);
    load.connections = room.connections();
    if (load.connections < std::max<std::size_t>(users, 1))
      return tl::unexpected(too_few_files(std::max<std::size_t>(users, 1), load.connections));
    CancelSource stop{service == nullptr ? context.cancel : service->alive()};
    bool late = false;
    const auto progress = [&](const LoadResult& so_far) {
      context.emit.note(one_line(so_far));
      late = context.deadline && context.clock.steady() >= *context.deadline;
      if (late) stop.cancel(CancelReason::user);
    };
    const auto result = generate(load, stop.token(), progress);
    if (!result && late) return timed_out(context);
    if (!result && service != nullptr && !context.cancel.cancelled()) return service->ended();
    if (!result) return tl::unexpected(result.error());
    const std::string json = to_json(*result);
    TRY(write_file_atomically(folder / result_file, json));
    if (context.report != nullptr)  // then there is the run's own folder for it
      TRY(write_file_atomically(store::reports_dir(context.state_dir, context.stage) / result_file,
                                json));
    if (result->waited)
      context.emit.note(
          fmt::format("{} requests were under way at once, which is the most: later ones waited, "
                      "and that counts",
                      load.connections));
    for (const auto& [cause, count] : result->all.errors)
      context.emit.note(fmt::format("{} failed: {}", count, cause));
    if (context.report != nullptr) tell(*result, *context.report);
    Outcome outcome;
    outcome.exit_code = 0;
    if (context.report == nullptr)
      outcome.summary = one_line(*result);  // else its metrics are told
    return outcome;
  }

  static Outcome timed_out(const StageContext& context) {
    Outcome outcome;
    outcome.status = Status::timed_out;
    outcome.reason = fmt::format("timed out after {}",
                                 human_duration(context.spec.timeout.value_or(Milliseconds{0})));
    outcome.hint = "the stage's `timeout` is shorter than its load";
    return outcome;
  }

  [[nodiscard]] Result<Load> ready(const Profile& profile, const StageContext& context) const {
    Load load;
    for (const auto& spec : spec_.scenarios) {
      Scenario& scenario = load.scenarios.emplace_back();
      scenario.name = spec.name;
      scenario.weight = spec.weight;
      for (const auto& request : spec.requests)
        scenario.requests.push_back(TRY(ready(request, context)));
    }
    load.users = profile.users;
    load.warmup = seconds(profile.warmup);
    load.duration = seconds(profile.duration);
    load.phases = profile.phases;
    if (profile.users == 0 && load.warmup > 0) {
      const double rate = profile.phases.front().from;
      load.phases.insert(load.phases.begin(), {rate, rate, load.warmup});
    }
    load.timeout = spec_.timeout;
    load.ca_file = value_of(context.env, "CURL_CA_BUNDLE");
    if (load.ca_file.empty()) load.ca_file = value_of(context.env, "SSL_CERT_FILE");
    load.ca_directory = value_of(context.env, "SSL_CERT_DIR");
    load.ways = ways_to_services(context);
    return load;
  }

  [[nodiscard]] Result<Request> ready(const RequestSpec& spec, const StageContext& context) const {
    Request request;
    request.method = spec.method;
    request.url = TRY(spec.url.evaluate(context.scope));
    request.captures = spec.captures;
    request.uses_captured = spec.uses_captured;
    // A captured value stands behind the host.
    const auto named = spec.uses_captured ? request.url.find("{{") : std::string::npos;
    if (spec_.hosts == expr::Origin::outside)
      TRY(check_host(request.url.substr(0, named), spec_.allow_hosts));
    for (const auto& [name, value] : spec.headers)
      request.headers.push_back(TRY(header(name, TRY(value.evaluate(context.scope)))));
    if (spec.body) request.body = TRY(spec.body->evaluate(context.scope));
    if (spec.contains) request.contains = TRY(spec.contains->evaluate(context.scope));
    request.status = spec.status;
    request.think = spec.think;
    return request;
  }

  LoadSpec spec_;
  std::shared_ptr<OpenFiles> files_;
};

class LoadMethod final : public StageMethod {
 public:
  [[nodiscard]] std::string_view kind() const noexcept override { return "perf"; }
  [[nodiscard]] KeyDoc key() const override {
    return {"load", load_schema,
            "Sends requests and measures: `url` or `scenarios`, `rate`, `users` or `stages`, …"};
  }
  [[nodiscard]] std::unique_ptr<StageRunner> parse(yaml::Node value,
                                                   const ParseContext& context) const override {
    auto spec = parse_load(value, context);
    return spec ? std::make_unique<LoadStage>(*std::move(spec), files_) : nullptr;
  }

 private:
  std::shared_ptr<OpenFiles> files_ = std::make_shared<OpenFiles>();  ///< of all loads
};

}  // namespace

std::unique_ptr<StageMethod> make_load_method() { return std::make_unique<LoadMethod>(); }

}  // namespace pipectl::stages
