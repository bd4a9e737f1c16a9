#pragma once

#include <optional>

#include "plugins/github/client.hpp"
#include "plugins/release/assets.hpp"

namespace pipectl::releasing {

/// A release as GitHub has it.
struct Published {
  std::string id;
  std::string url;         ///< of its page
  std::string upload_url;  ///< without the template at its end
  bool draft{false};
};

/// The release of one tag on GitHub. It is made as a draft, gets its files and is published then,
/// so that nobody sees half of one. Each call looks first and does what is missing; what the
/// network broke is tried again a few times, and left to a resumed run after that.
class GitHubRelease {
 public:
  GitHubRelease(github::Client client, std::string repository, StageContext& context);

  /// That of the tag, or the one with this id; nothing where there is none.
  Result<std::optional<Published>> find(const std::string& tag, const std::string& id);
  Result<Published> ensure(const Settings& settings, const Plan& plan, const std::string& id);
  /// The names of the files that were uploaded whole.
  Result<std::vector<std::string>> files(const Published& release);
  /// Uploads what is not there, and takes away what an upload that broke left; how many files came.
  /// Fault::step, before anything is uploaded, when a published release has files of these names
  /// with another content.
  Result<int> ensure_assets(const Published& release, const std::vector<Upload>& uploads);
  Result<Published> publish(const Published& release, const Settings& settings, const Plan& plan);

 private:
  using Step = std::function<Attempt<>()>;
  Result<void> insist(const Step& step);
  Attempt<std::optional<Published>> look(const std::string& tag, const std::string& id) const;
  Attempt<Published> create(const Settings& settings, const Plan& plan) const;
  Attempt<> check_published(const Published& release, const std::vector<Upload>& uploads) const;
  Attempt<> ensure_asset(const Published& release, const Upload& upload, int& made) const;
  Attempt<> upload(const Published& release, const Upload& upload) const;

  github::Client client_;
  std::string base_;  ///< /repos/OWNER/NAME
  StageContext& context_;
};

}  // namespace pipectl::releasing
