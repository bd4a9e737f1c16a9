#include "stages/tools/tools.hpp"

namespace pipectl::stages {

/// What is a good latency depends on the service: only errors have a bound of their own.
// NOLINTNEXTLINE(readability-function-size): a table
std::vector<ToolPreset> load_tools() {
  using enum ToolPreset::Writes;
  using enum ToolPreset::Args;
  constexpr std::string_view perf = "perf";
  const std::vector<ToolPreset::Pair> gate{{"error_rate", "< 1%"}};
  return {
      {.name = "k6",
       .kind = perf,
       .summary = "Load test in JavaScript; its thresholds hold, too",
       .command = {"k6", "run", "--quiet", "--summary-export", "{k6}"},
       .reports = {{"k6", "k6.json"}},
       .gate = {{"error_rate", "< 1%"}, {"thresholds.failed", "0"}},
       .found = {99},
       .install = "https://k6.io",
       .image = "grafana/k6:latest",
       .needs = required},
      {.name = "artillery",
       .kind = perf,
       .summary = "Load test in YAML",
       .command = {"npx", "--no-install", "artillery", "run", "--output", "{artillery}"},
       .reports = {{"artillery", "artillery.json"}},
       .gate = gate,
       .env = {{"ARTILLERY_DISABLE_TELEMETRY", "true"}},
       .signs = {"artillery.y*ml"},
       .install = "npm install --save-dev artillery",
       .image = "artilleryio/artillery:latest",
       .needs = required},
      {.name = "hey",
       .kind = perf,
       .summary = "Many requests to one address",
       .command = {"hey"},
       .reports = {{"hey", "hey.txt"}},
       .gate = gate,
       .install = "apt-get install hey",
       .writes = output,
       .needs = required},
      {.name = "wrk",
       .kind = perf,
       .summary = "Many requests to one address",
       .command = {"wrk", "--latency"},
       .reports = {{"wrk", "wrk.txt"}},
       .gate = gate,
       .install = "apt-get install wrk",
       .writes = output,
       .needs = required},
      {.name = "autocannon",
       .kind = perf,
       .summary = "Many requests to one address",
       .command = {"npx", "--no-install", "autocannon", "--json"},
       .reports = {{"autocannon", "autocannon.json"}},
       .gate = gate,
       .install = "npm install --save-dev autocannon",
       .image = "node:lts",
       .writes = output,
       .needs = required},
  };
}

}  // namespace pipectl::stages
