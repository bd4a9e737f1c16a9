#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/api/stage_kind.hpp"
#include "stages/checks/check_list.hpp"
#include "stages/checks/status_set.hpp"
#include "stages/load/capture.hpp"
#include "stages/load/profile.hpp"
#include "stages/steps.hpp"

namespace pipectl::stages::load {

/// One request of a scenario.
struct RequestSpec {
  std::string method{"GET"};
  expr::Template url;
  std::vector<std::pair<std::string, expr::Template>> headers;
  std::optional<expr::Template> body;
  StatusSet status{*StatusSet::parse({"200-399"})};
  std::optional<expr::Template> contains;  ///< of the response's body
  Milliseconds think{0};                   ///< before the next one
  std::vector<Capture> captures;
  bool uses_captured{false};
};

/// What a user does, one request after the other, on a connection of its own.
struct ScenarioSpec {
  std::string name;
  long weight{1};
  std::vector<RequestSpec> requests;
};

/// The service under test, where the load starts it itself.
struct ServeSpec {
  Steps run;
  CheckList health;
};

/// `load` of a perf stage.
struct LoadSpec {
  std::vector<ScenarioSpec> scenarios;
  ProfileSpec profile;
  Milliseconds timeout{10'000};  ///< of one request
  std::optional<ServeSpec> serve;
  std::vector<std::string> allow_hosts;
  /// Hosts that only a run knows have to be in allow_hosts.
  expr::Origin hosts{expr::Origin::file};
};

/// Reads `capture` of a request.
void read_captures(yaml::Reader& reader, RequestSpec& request);
/// What a request uses must have been captured by one before it.
void check_captured(ScenarioSpec& scenario, Diagnostics& diagnostics);
/// Reads `serve`.
[[nodiscard]] std::optional<ServeSpec> parse_serve(yaml::Node value, const ParseContext& context);

/// JSON Schema of the key's value.
extern const char* const load_schema;
[[nodiscard]] std::optional<LoadSpec> parse_load(yaml::Node value, const ParseContext& context);

}  // namespace pipectl::stages::load
