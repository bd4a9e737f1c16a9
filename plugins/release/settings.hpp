#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/api/stage_kind.hpp"
#include "core/release/tag.hpp"
#include "core/release/version_file.hpp"

namespace pipectl::releasing {

struct PromotionSettings;

/// The release on GitHub.
struct GitHubSettings {
  bool wanted{false};
  std::string repository;  ///< OWNER/NAME; empty: of the CI job or the remote
  std::string token;       ///< name of the secret
  bool draft{false};       ///< stays a draft, for somebody to publish
  std::string latest;      ///< `true`, `false`, `legacy`; empty: GitHub decides
  std::string title;       ///< with {version} and {tag}
};

/// What a stage of `kind: release` says.
struct Settings {
  expr::Template version;  ///< `conventional`, or a version
  expr::Template channel;  ///< of a pre-release: `rc`; empty: a final version
  std::string tag_form{"v{version}"};
  std::vector<std::string> paths;     ///< only commits that change these count
  std::vector<std::string> branches;  ///< globs; empty: main, master, maintenance branches
  std::string changelog;              ///< from the working directory; empty: none is kept
  std::vector<release::VersionFile> version_files;
  std::string message{"chore(release): {version}"};
  std::vector<expr::Template> assets;
  std::vector<expr::Template> sbom;
  bool provenance{true};
  std::string remote{"origin"};
  bool push{true};
  GitHubSettings github;
  std::shared_ptr<const PromotionSettings> promotion;  ///< null: no image is promoted

  /// Whether a release is more than what is in this repository.
  [[nodiscard]] bool reaches_out() const { return github.wanted || push || promotion != nullptr; }
  [[nodiscard]] release::TagForm tag() const { return *release::TagForm::parse(tag_form); }
};

[[nodiscard]] std::vector<KeyDoc> keys();
[[nodiscard]] std::optional<Settings> read_settings(yaml::Reader& reader,
                                                    const ParseContext& context);

/// `{version}` and `{tag}` replaced.
[[nodiscard]] std::string filled_in(std::string text, const std::string& version,
                                    const std::string& tag);

}  // namespace pipectl::releasing
