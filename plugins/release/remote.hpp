#pragma once

#include "core/git/push.hpp"
#include "plugins/release/plan.hpp"

namespace pipectl::releasing {

/// What has to be pushed, in this order: the tag comes last, so that none stands on the remote
/// without the branch that leads to it.
struct Pushes {
  bool branch{false};
  bool tag{false};
};

/// Looks at the remote before anything is made. Fault::usage when the release cannot go there: the
/// tag is taken, the branch has commits that are not here, versions are tagged that are not here.
[[nodiscard]] Result<Pushes> look_at_remote(const Settings& settings, const Plan& plan,
                                            const git::RemoteEnd& end, const EnvMap& environment,
                                            const CancelToken& cancel);

/// Pushes what is missing. May be repeated.
Result<void> push_release(const Plan& plan, const Pushes& pushes, const git::RemoteEnd& end,
                          const CancelToken& cancel);

}  // namespace pipectl::releasing
