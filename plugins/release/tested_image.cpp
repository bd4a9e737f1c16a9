#include "plugins/release/tested_image.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"
#include "plugins/release/promotion.hpp"

namespace pipectl::releasing {
namespace {

using docker::ImageName;

constexpr std::string_view image_key = "Promoted-Image: ";

/// It goes into the address that a registry is asked for.
bool is_digest(std::string_view text) {
  constexpr std::string_view algorithm = "sha256:";
  return text.starts_with(algorithm) && text.size() == algorithm.size() + 64 &&
         text.find_first_not_of("0123456789abcdef", algorithm.size()) == std::string_view::npos;
}

/// The values of a run as they would be at another commit.
class ScopeAtCommit final : public expr::Scope {
 public:
  ScopeAtCommit(const expr::Scope& scope, std::string sha) : scope_(scope), sha_(std::move(sha)) {}

  [[nodiscard]] expr::Value value(expr::Path path) const override {
    const bool git = path.size() == 2 && path[0] == "git";
    if (git && path[1] == "sha") return sha_;
    if (git && path[1] == "short_sha") return sha_.substr(0, 7);
    return scope_.value(path);
  }
  [[nodiscard]] bool success() const override { return scope_.success(); }
  [[nodiscard]] bool failure() const override { return scope_.failure(); }
  [[nodiscard]] bool changed(std::span<const std::string> patterns) const override {
    return scope_.changed(patterns);
  }

 private:
  const expr::Scope& scope_;
  std::string sha_;
};

/// Whether the name is that of one commit's image. What stages of this run put out is of this
/// run's commit.
bool names_commit(const expr::Template& image) {
  bool commit = false;
  for (const auto& path : image.paths()) {
    if (!path.empty() && path.front() == "stages") return false;
    commit = commit ||
             (path.size() == 2 && path[0] == "git" && (path[1] == "sha" || path[1] == "short_sha"));
  }
  return commit;
}

/// The commits whose image may be the one: that of the tag, and the one that was released, where
/// the tag's commit holds nothing but the files of the release.
Result<std::vector<std::string>> commits_of(const Plan& plan, const Site& site) {
  const std::string& tagged = plan.commit;
  std::vector<std::string> commits{tagged};
  const auto own = TRY(git::commit_before(plan.facts.root, tagged, 0, site.environment));
  if (!own || trim(own->message) != trim(plan.message)) return commits;
  if (auto before = TRY(git::commit_before(plan.facts.root, tagged, 1, site.environment)))
    commits.push_back(std::move(before->sha));
  return commits;
}

Result<std::string> digest_in_tag(const Plan& plan, const Site& site) {
  const auto tag = std::ranges::find(plan.facts.tags, plan.tag, &git::TagFact::name);
  if (tag == plan.facts.tags.end()) return std::string{};
  return recorded_digest(TRY(git::tag_text(plan.facts.root, tag->object, site.environment)));
}

}  // namespace

Result<TestedImage> find_tested_image(const Settings& settings, const Site& site, const Plan& plan,
                                      const Memory& memory) {
  const expr::Template& image = settings.promotion->image;
  TestedImage found{TRY(image_name(TRY(image.evaluate(site.scope)))), memory.image, {}};
  if (plan.tagged && found.digest.empty()) found.digest = TRY(digest_in_tag(plan, site));
  if (!plan.late) found.names.push_back(found.source);
  if (plan.tagged && names_commit(image)) {
    for (const auto& sha : TRY(commits_of(plan, site))) {
      auto name = TRY(image_name(TRY(image.evaluate(ScopeAtCommit{site.scope, sha}))));
      if (std::ranges::find(found.names, name.text(), &ImageName::text) == found.names.end())
        found.names.push_back(std::move(name));
    }
  }
  if (!found.names.empty()) found.source = found.names.front();
  if (!found.digest.empty()) found.source.reference = found.digest;
  return found;
}

std::string image_line(const ImageName& image, const std::string& digest) {
  ImageName by_digest = image;
  by_digest.reference = digest;
  return fmt::format("{}{}\n", image_key, by_digest.text());
}

std::string recorded_digest(std::string_view tag_text) {
  tag_text = trim(tag_text.substr(0, tag_text.find("-----BEGIN ")));
  const auto line_at = tag_text.rfind('\n');
  const std::string_view line =
      line_at == std::string_view::npos ? tag_text : tag_text.substr(line_at + 1);
  if (!line.starts_with(image_key)) return {};
  const auto name = docker::parse_image_name(std::string(line.substr(image_key.size())));
  return name && is_digest(name->reference) ? name->reference : std::string{};
}

}  // namespace pipectl::releasing
