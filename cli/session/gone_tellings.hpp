#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/redactor.hpp"
#include "core/notify/told_runs.hpp"
#include "core/store/run_store.hpp"

namespace pipectl::cli {

struct GoneTellings {
  store::RunStore& store;
  store::Outbox& outbox;
  const std::vector<notify::Target>& targets;
  const Redactor& redactor;
  const EnvMap& host;  ///< without secrets
  const std::string& file;
  const std::string& own;  ///< the run that begins, or goes on
  /// As RunOrigin::environment_of, of a run whose target was the second one.
  std::function<std::pair<std::string, std::string>(const std::string& stage,
                                                    const std::string& environment)>
      environment_of;
};

/// Stores what is to be told of the end of earlier runs of the file whose pipectl died before it
/// could: with the result that they had, else as interrupted, and the stages
/// that it had begun with it. So no `pending` stays for ever.
void tell_of_gone_runs(const GoneTellings& gone, WallTime now);

}  // namespace pipectl::cli
