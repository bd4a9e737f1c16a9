#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/deploy_target.hpp"

namespace pipectl::plugins::kubernetes {

/// Which cluster, as whom, and where in it.
struct Access {
  std::string name_space;  ///< empty: that of the context
  std::string context;     ///< empty: the current one
  std::string kubeconfig;  ///< empty: what the environment says
  Milliseconds request_timeout{20'000};
};

/// One call of kubectl, without what every call has.
struct Call {
  std::vector<std::string> argv;       ///< `get`, `deployment`, …
  std::optional<std::string> input{};  ///< for stdin
  DeployWork work{};
  /// It waits for something by itself: no limit of one request, and no second try.
  bool waits{false};
  /// An exit code that is an answer, not a failure: `diff` has 1.
  int also_good{0};
};

/// Calls kubectl by its argument vector. What a moment's trouble of the API server spoils is tried
/// again, for about half a minute: so every call must bear that.
class Kubectl {
 public:
  Kubectl(StageContext& context, Access access) : context_(context), access_(std::move(access)) {}

  /// What it printed. Fault::infrastructure when the cluster could not be reached, refused us or is
  /// in trouble; Fault::step when it did not accept what we sent.
  [[nodiscard]] Result<std::string> run(const Call& call) const;
  /// The same, to the stage's log.
  [[nodiscard]] Result<void> show(const Call& call) const;

  /// The whole argument vector, for whoever starts kubectl otherwise.
  [[nodiscard]] std::vector<std::string> argv(const Call& call) const;
  [[nodiscard]] const Access& access() const noexcept { return access_; }
  [[nodiscard]] StageContext& context() const noexcept { return context_; }

 private:
  [[nodiscard]] Result<std::string> once(const Call& call) const;

  StageContext& context_;
  Access access_;
};

/// What kubectl's complaint means: whose failure, in one line, and the way out.
[[nodiscard]] Error explain(std::string_view verb, std::string_view complaint);
/// True for what may be gone the next moment.
[[nodiscard]] bool is_passing(const Error& error);
/// Of a create whose object is there, of a replace whose object has changed meanwhile.
[[nodiscard]] bool says_exists(const Error& error);
[[nodiscard]] bool says_conflict(const Error& error);
[[nodiscard]] bool says_not_found(const Error& error);

}  // namespace pipectl::plugins::kubernetes
