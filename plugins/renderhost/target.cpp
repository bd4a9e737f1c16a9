#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"
#include "plugins/docker/image_text.hpp"
#include "plugins/docker/keys.hpp"
#include "plugins/renderhost/api.hpp"
#include "plugins/renderhost/renderhost.hpp"

namespace pipectl::renderhost {
namespace {

constexpr const char* usual_base = "https://api.render.com/v1";
constexpr Milliseconds last_look{30'000};
constexpr const char* deploy_note = "render.deploy";
constexpr const char* before_note = "render.before";

/// What the file says below `render`: a service and a key, or a hook.
struct Settings {
  expr::Template service;
  expr::Template base;
  expr::Template commit;
  expr::Template image;
  std::string api_key;  ///< names of granted secrets
  std::string hook;
  [[nodiscard]] bool by_hook() const noexcept { return !hook.empty(); }
};

Result<std::string> secret(const StageContext& context, const std::string& name) {
  const auto found = context.secrets.find(name);
  if (found != context.secrets.end() && !found->second.empty()) return found->second;
  return fail(Fault::step, fmt::format("secret {} is not there", name),
              "set its source; `pipectl doctor` lists all");
}

/// What a target does that neither shifts nor stands beside another.
class Target : public DeployTarget {
 public:
  Result<std::string> shift(const DeployStep&, const DeployWork&) override { return std::string{}; }
  Result<std::string> record(const DeployStep&, const DeployWork&) override {
    return std::string{};
  }
  Result<std::string> retire(const DeployStep&, const DeployWork&) override {
    return std::string{};
  }
  Result<std::string> remove(DeployPlace, const DeployWork&) override { return std::string{}; }
};

/// A hook only begins; what comes of it the health checks see.
class HookTarget final : public Target {
 public:
  HookTarget(StageContext& context, std::string url, Wanted wanted)
      : context_(context), url_(std::move(url)), wanted_(std::move(wanted)) {}

  [[nodiscard]] std::string before() const override { return {}; }
  Result<std::string> apply(const DeployStep&, const DeployWork& work) override {
    const std::string id = TRY(call_hook(context_, url_, wanted_, work));
    return id.empty() ? std::string{"asked for"} : fmt::format("{} was begun", printable(id));
  }
  Result<std::string> settle(const DeployStep&, const DeployWork&) override {
    return std::string{};
  }
  Result<std::string> restore(const DeployWork&) override {
    return fail(Fault::step, "a deploy hook cannot go back");
  }
  Result<std::string> go_back(const std::string&, const DeployWork& work) override {
    return restore(work);
  }

 private:
  StageContext& context_;
  std::string url_;
  Wanted wanted_;
};

/// Render itself keeps the record: what is live, and all deploys before.
class ServiceTarget final : public Target {
 public:
  ServiceTarget(StageContext& context, Api::Service service, Wanted wanted)
      : context_(context), api_(context, std::move(service)), wanted_(std::move(wanted)) {}

  Result<void> open(DeployPurpose purpose) {
    const auto all = TRY(api_.deploys({}));
    if (!all.empty()) newest_ = all.front().id;
    deploy_ = recalled(deploy_note);
    const std::string noted = recalled(before_note);
    // What a resumed run finds under way may be its own.
    if (purpose == DeployPurpose::deploy && noted.empty() && deploy_.empty())
      TRY(refuse_beside_another(all));
    const auto live = std::ranges::find_if(
        all, [&](const Deploy& one) { return noted.empty() ? one.is_live() : one.id == noted; });
    if (live != all.end()) before_ = *live;
    if (!before_.id.empty() && noted.empty()) TRY(context_.emit.remember(before_note, before_.id));
    return {};
  }

  [[nodiscard]] std::string before() const override {
    return before_.id.empty() ? std::string{} : before_.name();
  }
  [[nodiscard]] bool is_untouched() const override { return deploy_.empty() && !unsure_; }

  /// One that an interrupted try had begun is not begun again.
  Result<std::string> apply(const DeployStep&, const DeployWork& work) override {
    if (!deploy_.empty()) return fmt::format("{} goes on", printable(deploy_));
    const Deploy begun = TRY(begin(work));
    deploy_ = begun.id;
    TRY(context_.emit.remember(deploy_note, deploy_));
    return fmt::format("{} was begun", begun.name());
  }

  Result<std::string> settle(const DeployStep&, const DeployWork& work) override {
    return api_.await_live(deploy_, work);
  }

  Result<std::string> restore(const DeployWork& work) override {
    if (before_.id.empty())
      return fail(Fault::step, "nothing was live before: Render has no way back");
    return bring_back(before_, work);
  }

  /// Render knows who deploys: that is its lock.
  static Result<void> refuse_beside_another(const std::vector<Deploy>& all) {
    const auto other = std::ranges::find_if(all, &Deploy::is_under_way);
    if (other == all.end()) return {};
    return fail(
        Fault::infrastructure,
        fmt::format("{} is deploying here: {}", printable(other->name()), printable(other->status)),
        "wait for it, or cancel it in Render");
  }

  Result<std::string> go_back(const std::string& run, const DeployWork& work) override {
    if (!run.empty())
      return fail(Fault::step, "Render knows deploys, not runs", "leave `--to` out");
    const auto all = TRY(api_.deploys(work));
    const auto live = std::ranges::find_if(all, &Deploy::is_live);
    if (live == all.end()) return fail(Fault::step, "nothing is live");
    const auto earlier = std::find_if(std::next(live), all.end(), [](const Deploy& one) {
      return one.status == "deactivated";  // it was live
    });
    if (earlier == all.end()) return fail(Fault::step, "no earlier deploy was live");
    TRY(bring_back(*earlier, work));
    return fmt::format("{} -> {}", live->name(), earlier->name());
  }

 private:
  [[nodiscard]] std::string recalled(const char* key) const {
    const auto found = context_.remembered.find(key);
    return found == context_.remembered.end() ? std::string{} : found->second;
  }

  /// After an answer that leaves open whether it was begun, Render is asked, though the stage's
  /// time may be over.
  Result<Deploy> begin(const DeployWork& work) {
    auto begun = api_.start(wanted_, work);
    if (begun || begun.error().fault != Fault::infrastructure) return begun;
    const TimeLimit limit{context_.clock.steady() + last_look, last_look};
    const auto all = api_.deploys({Lifetime::cleanup, limit});
    unsure_ = !all;
    if (!all || all->empty() || all->front().id == newest_) return begun;
    context_.emit.note(begun.error().message + "; it was begun all the same");
    return all->front();
  }

  Result<std::string> bring_back(const Deploy& release, const DeployWork& work) {
    // What did not get live has not replaced it.
    const Deploy now = TRY(api_.deploy(release.id, work));
    if (now.is_live()) return fmt::format("{} is still live", now.name());
    const Deploy begun = TRY(api_.roll_back(release.id, work));
    TRY(api_.await_live(begun.id, work));
    return fmt::format("{} is live again", release.name());
  }

  StageContext& context_;
  Api api_;
  Wanted wanted_;
  Deploy before_;
  std::string newest_;  ///< when this deploy was opened
  std::string deploy_;
  bool unsure_{false};  ///< whether one was begun
};

class Spec final : public DeployTargetSpec {
 public:
  explicit Spec(Settings settings) : settings_(std::move(settings)) {}

  [[nodiscard]] DeployAbilities abilities() const noexcept override {
    return {.beside = false, .settles = !settings_.by_hook(), .records = false};
  }
  [[nodiscard]] std::string cannot_undo() const override {
    return settings_.by_hook() ? "a deploy hook cannot go back; `service` and `api_key` can" : "";
  }
  [[nodiscard]] std::vector<std::string> preview(const expr::Scope& scope) const override {
    if (settings_.by_hook()) return {fmt::format("POST to the deploy hook {}", settings_.hook)};
    return {fmt::format("render: deploy {}", docker::shown(settings_.service, scope))};
  }
  [[nodiscard]] std::vector<std::string> preview_undo(const expr::Scope&) const override {
    if (settings_.by_hook()) return {};
    return {"back to the deploy that was live before"};
  }
  Result<std::unique_ptr<DeployTarget>> open(StageContext& context,
                                             DeployPurpose purpose) const override {
    Wanted wanted{TRY(settings_.commit.evaluate(context.scope)), {}};
    if (purpose == DeployPurpose::deploy && !settings_.image.text().empty())
      wanted.image = TRY(docker::evaluate_image(settings_.image, context));
    if (settings_.by_hook())
      return std::make_unique<HookTarget>(context, TRY(secret(context, settings_.hook)),
                                          std::move(wanted));
    std::string base = TRY(settings_.base.evaluate(context.scope));
    if (base.empty()) base = usual_base;
    Api::Service service{std::move(base), TRY(settings_.service.evaluate(context.scope)),
                         TRY(secret(context, settings_.api_key))};
    auto target = std::make_unique<ServiceTarget>(context, std::move(service), std::move(wanted));
    TRY(target->open(purpose));
    return target;
  }

 private:
  Settings settings_;
};

std::string one_granted(std::string_view key, yaml::Reader& reader, const ParseContext& context) {
  const auto names = docker::read_granted(key, reader, context);
  return names.empty() ? std::string{} : names.front();
}

class Kind final : public DeployTargetKind {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "render"; }
  [[nodiscard]] std::string_view summary() const noexcept override {
    return "Deploys a service of Render, by its API or a deploy hook";
  }
  [[nodiscard]] std::string_view type() const noexcept override {
    return R"({"type":"object","additionalProperties":false,"properties":{)"
           R"("service":{"type":"string","description":"Its id: srv-…"},)"
           R"("api_key":{"$ref":"#/$defs/name","description":"The granted secret with the API key"},)"
           R"("hook":{"$ref":"#/$defs/name","description":"In place of both: the granted secret with the URL of a deploy hook"},)"
           R"("commit":{"type":"string","description":"Default: the newest of the service's branch"},)"
           R"("image":{"type":"string","description":"For a service that runs an image"},)"
           R"("url":{"type":"string","description":"Of the API; default: https://api.render.com/v1"}}})";
  }
  [[nodiscard]] std::unique_ptr<DeployTargetSpec> parse(
      yaml::Node value, const ParseContext& context) const override {
    const std::size_t errors = context.diagnostics.error_count();
    yaml::Reader reader{value, "`render`", context.diagnostics};
    Settings settings;
    settings.service = docker::read_text("service", reader, context);
    settings.base = docker::read_text("url", reader, context);
    settings.commit = docker::read_text("commit", reader, context);
    settings.image = docker::read_text("image", reader, context);
    settings.api_key = one_granted("api_key", reader, context);
    settings.hook = one_granted("hook", reader, context);
    reader.finish();
    const bool by_api = !settings.service.text().empty() && !settings.api_key.empty();
    const bool any_of_api = !settings.service.text().empty() || !settings.api_key.empty();
    if (context.diagnostics.error_count() == errors && (settings.by_hook() ? any_of_api : !by_api))
      context.diagnostics.error(value.span(), "`render` needs `service` and `api_key`, or a `hook`",
                                "`render: {service: srv-…, api_key: RENDER_API_KEY}`");
    if (context.diagnostics.error_count() > errors) return nullptr;
    return std::make_unique<Spec>(std::move(settings));
  }
};

}  // namespace

std::unique_ptr<DeployTargetKind> make_target() { return std::make_unique<Kind>(); }

}  // namespace pipectl::renderhost
