#include "plugins/release/release.hpp"

#include <fmt/format.h>

#include "core/api/rehearsal.hpp"
#include "core/api/run_command.hpp"
#include "plugins/docker/keys.hpp"
#include "plugins/release/promotion.hpp"
#include "plugins/release/rehearsal.hpp"
#include "plugins/release/walk.hpp"

namespace pipectl::releasing {
namespace {

class ReleaseStage final : public StageRunner, public Rehearsable {
 public:
  explicit ReleaseStage(Settings settings) : settings_(std::move(settings)) {}

  [[nodiscard]] std::vector<std::string> preview(const expr::Scope& scope) const override {
    std::vector<std::string> lines{
        fmt::format("release: version {}", docker::shown(settings_.version, scope))};
    if (!settings_.changelog.empty()) lines.push_back("write " + settings_.changelog);
    for (const auto& file : settings_.version_files) lines.push_back("write " + file.path);
    lines.push_back("tag " + settings_.tag_form);
    if (settings_.push) lines.push_back("push to " + settings_.remote);
    if (settings_.promotion)
      lines.push_back("promote " + docker::shown(settings_.promotion->image, scope));
    if (settings_.github.wanted) lines.emplace_back("release on GitHub");
    for (const auto& asset : settings_.assets)
      lines.push_back("upload " + docker::shown(asset, scope));
    return lines;
  }

  [[nodiscard]] Result<std::vector<std::string>> rehearse(
      const Rehearsal& rehearsal) const override {
    const Site site{rehearsal.workspace, rehearsal.directory, rehearsal.env,
                    rehearsal.host,      rehearsal.scope,     rehearsal.now};
    const auto decided = TRY(make_plan(settings_, site, {}));
    const auto* const none = std::get_if<Nothing>(&decided);
    if (none == nullptr) return describe(settings_, site, std::get<Plan>(decided));
    std::vector<std::string> lines;
    for (const auto& warning : none->warnings) lines.push_back("warning: " + warning);
    lines.push_back("nothing to release: " + none->why);
    if (none->last)
      lines.push_back(fmt::format(
          "look whether {} {}, and finish one that broke", none->last->tag,
          settings_.github.wanted ? "has its release on GitHub" : "was released to its end"));
    return lines;
  }

  Outcome run(StageContext& context) const override {
    auto outcome = ReleaseWalk{settings_, context}.go();
    return outcome ? *std::move(outcome) : outcome_of(outcome.error());
  }

 private:
  Settings settings_;
};

class ReleaseKind final : public StageKind {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "release"; }
  [[nodiscard]] std::string_view summary() const noexcept override {
    return "Decides the version, writes the change log, tags, pushes and releases on GitHub";
  }
  [[nodiscard]] std::vector<KeyDoc> keys() const override { return releasing::keys(); }
  [[nodiscard]] std::unique_ptr<StageRunner> parse(yaml::Reader& reader,
                                                   const ParseContext& context) const override {
    auto settings = read_settings(reader, context);
    return settings ? std::make_unique<ReleaseStage>(*std::move(settings)) : nullptr;
  }
};

}  // namespace

std::unique_ptr<StageKind> make_release_kind() { return std::make_unique<ReleaseKind>(); }

}  // namespace pipectl::releasing
