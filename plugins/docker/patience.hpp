#pragma once

#include "plugins/docker/client.hpp"

namespace pipectl::docker {

/// Waits longer and longer between tries of what a registry's passing trouble spoils: five in all,
/// two of what docker itself had waited for until it gave up, one of what it had tried again by
/// itself. For one thing that is tried.
class Patience {
 public:
  explicit Patience(StageContext& context) : context_(context) {}

  /// Whether to try again what ended with this answer, after the wait that is due. `error` is what
  /// it means, for the stage's log. Fault::cancelled when it was interrupted meanwhile.
  [[nodiscard]] Result<bool> again(const Answer& answer, const Error& error);
  /// The last error, with the number of tries.
  [[nodiscard]] Error told(Error error) const;

 private:
  StageContext& context_;
  int tries_{1};
  int hung_{0};
  Milliseconds wait_{1'000};
};

/// Asks until it succeeds, or patience ends: then what docker said (explain()). `what` stands
/// before causes that are not known.
[[nodiscard]] Result<Answer> ask_patiently(const Client& client, StageContext& context,
                                           const std::vector<std::string>& args, const Call& call,
                                           std::string_view what);

}  // namespace pipectl::docker
