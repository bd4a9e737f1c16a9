#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "stages/checks/status_set.hpp"
#include "stages/load/capture.hpp"
#include "stages/load/result.hpp"
#include "stages/load/schedule.hpp"

namespace pipectl::stages::load {

/// A request with all its values.
struct Request {
  std::string method{"GET"};
  std::string url;
  std::vector<std::string> headers;  ///< `Name: value`
  std::string body;
  StatusSet status{*StatusSet::parse({"200-399"})};
  std::string contains;
  Milliseconds think{0};
  std::vector<Capture> captures;  ///< from its response
  bool uses_captured{false};      ///< url, headers or body hold `{{NAME}}`
};

struct Scenario {
  std::string name;
  long weight{1};
  std::vector<Request> requests;  ///< at least one
};

inline constexpr std::size_t most_connections = 10'000;

struct Load {
  std::vector<Scenario> scenarios;  ///< at least one
  long users{0};                    ///< closed load; 0: open, by `phases`
  std::vector<Phase> phases;        ///< with the warm-up
  Seconds warmup{0};
  Seconds duration{0};  ///< after the warm-up
  Milliseconds timeout{10'000};
  std::size_t connections{most_connections};  ///< in use at once, at most
  std::string ca_file;
  std::string ca_directory;
  /// `NAME:PORT:HOST:PORT`: where a name leads that only this load knows.
  std::vector<std::string> ways;
};

/// Called about once a second with what was measured so far.
using Progress = std::function<void(const LoadResult&)>;

/// Sends the load, on one thread and many connections (libcurl's multi interface), and blocks until
/// the last response is there or late. Proxies are not used and redirects not followed: a load goes
/// to the host that it names. Errors: Fault::infrastructure without libcurl, Fault::cancelled.
[[nodiscard]] Result<LoadResult> generate(const Load& load, const CancelToken& cancel,
                                          const Progress& progress);

}  // namespace pipectl::stages::load
