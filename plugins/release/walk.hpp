#pragma once

#include <optional>

#include "plugins/release/assets.hpp"
#include "plugins/release/github_release.hpp"
#include "plugins/release/plan.hpp"
#include "plugins/release/promotion.hpp"
#include "plugins/release/remote.hpp"
#include "plugins/release/signing.hpp"

namespace pipectl::releasing {

/// One release, from the decision to what everybody sees. In this order: everything is looked at
/// (tree, remote, GitHub, assets) before anything is made; then commit, tag, push of the branch,
/// push of the tag, the names of the image, a draft on GitHub with all its files, and its
/// publication. Each step finds out what is there and does what is missing, so a walk that broke
/// anywhere is simply walked again.
class ReleaseWalk {
 public:
  ReleaseWalk(const Settings& settings, StageContext& context);
  Result<Outcome> go();

 private:
  Result<bool> is_unfinished(const Nothing& nothing);
  Result<bool> is_whole(const Plan& plan);
  Result<bool> is_published(const Plan& plan);
  Result<bool> is_given(const Plan& plan);
  [[nodiscard]] git::RemoteEnd remote_of(const Plan& plan) const;
  void warn_of_missing(const Plan& plan, const std::vector<std::string>& files) const;
  Result<void> look(Plan& plan);
  Result<void> reach_github(const Plan& plan);
  Result<void> look_at_github(const Plan& plan);
  Result<void> look_at_image(const Plan& plan);
  Result<void> commit(Plan& plan);
  Result<void> tag(Plan& plan);
  Result<void> push(const Plan& plan);
  Result<void> promote();
  Result<void> publish(const Plan& plan);
  Result<void> write_outputs(const Plan& plan) const;
  Result<Outcome> nothing(const Nothing& nothing) const;
  [[nodiscard]] Outcome done(const Plan& plan) const;
  [[nodiscard]] std::string token() const;
  [[nodiscard]] std::string released_image() const;
  Result<void> check_cancelled() const;

  const Settings& settings_;
  StageContext& context_;
  Memory memory_;
  Site site_;
  Signing signing_;
  git::Person who_;
  git::RemoteEnd end_;
  Pushes pushes_;
  std::vector<Upload> uploads_;
  std::optional<GitHubRelease> github_;
  std::optional<Promoter> promoter_;
  std::string url_;  ///< of the release on GitHub
  int deeds_{0};     ///< how much there was to do
};

}  // namespace pipectl::releasing
