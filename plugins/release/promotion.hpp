#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/api/stage_kind.hpp"
#include "plugins/docker/publish_spec.hpp"
#include "plugins/docker/registry.hpp"
#include "plugins/release/tested_image.hpp"

namespace pipectl::releasing {

/// An image that was tested before and gets names of the release.
struct PromotionSettings {
  expr::Template image;            ///< as it was published: with a tag or a digest
  std::vector<expr::Template> to;  ///< repositories of the same registry; empty: its own
  std::vector<std::string> tags{"{version}"};
  std::vector<docker::Login> logins;
};

/// Reads `promote`; nothing after an error (reported).
[[nodiscard]] std::optional<PromotionSettings> read_promotion(yaml::Node node,
                                                              const ParseContext& context);
extern const char* const promotion_schema;

/// What a promotion of this version comes to. Those tags that do not hold the version are moved by
/// a final version only.
struct Promotion {
  TestedImage image;
  std::vector<docker::ImageName> fixed;   ///< never moved once they are there
  std::vector<docker::ImageName> moving;  ///< `latest`
};
struct ReleasedVersion {
  std::string version;
  std::string tag;
  bool prerelease{false};
};
[[nodiscard]] Result<Promotion> plan_promotion(const PromotionSettings& settings,
                                               const expr::Scope& scope, TestedImage image,
                                               const ReleasedVersion& version);
/// `promote ghcr.io/team/shop:1f3c9a2 to ghcr.io/team/shop:1.1.0, by its digest`
[[nodiscard]] std::string describe(const Promotion& promotion);

/// The image's names in its registry: looked at before anything is made, given after the push.
class Promoter {
 public:
  Promoter(Promotion promotion, docker::RegistryLogins logins, StageContext& context)
      : promotion_(std::move(promotion)), client_(context, std::move(logins)) {}

  /// The digest of the image that is promoted: the one that was decided on earlier, or that of the
  /// image now. Fault::step when it is not there, or a name of the version is taken by another one.
  [[nodiscard]] Result<std::string> look();
  /// After look(): whether each name of the version is there. One that moves may have gone on
  /// since.
  [[nodiscard]] bool has_version() const;
  /// Gives those names that are missing or name another image; how many there were.
  [[nodiscard]] Result<int> promote();
  [[nodiscard]] const Promotion& promotion() const noexcept { return promotion_; }

 private:
  [[nodiscard]] Result<std::optional<docker::Manifest>> find_image();
  [[nodiscard]] Error not_there() const;
  [[nodiscard]] Result<void> check_free();

  Promotion promotion_;
  docker::RegistryClient client_;
  docker::Manifest manifest_;
  std::vector<docker::ImageName> missing_;
};

/// Fault::step when it is none.
[[nodiscard]] Result<docker::ImageName> image_name(const std::string& text);

/// Of the file's `login` and, for all other registries, of `docker login`.
[[nodiscard]] Result<docker::RegistryLogins> logins_for(const PromotionSettings& settings,
                                                        const StageContext& context);

}  // namespace pipectl::releasing
