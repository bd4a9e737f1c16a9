#include "plugins/docker/app_target.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/api/release_history.hpp"
#include "core/base/text.hpp"
#include "plugins/docker/deploy_call.hpp"
#include "plugins/docker/engine.hpp"
#include "plugins/docker/image.hpp"

namespace pipectl::docker {
namespace {

constexpr int everything = 100;

}  // namespace

AppTarget::AppTarget(StageContext& context, Client client, AppNames names)
    : context_(context),
      client_(std::move(client)),
      app_(std::move(names.app)),
      lock_(client_, context, "app-" + app_),
      book_(client_, context, "pipectl-app-" + app_),
      sets_(client_, context, app_) {
  if (names.proxy) proxy_.emplace(client_, context, app_, *std::move(names.proxy));
}

Result<void> AppTarget::open(const AppSettings& settings, DeployPurpose purpose) {
  TRY(ask_engine(client_, within_stage(context_)));
  const bool deploys = purpose == DeployPurpose::deploy;
  if (deploys) {
    release_ = TRY(release_of(settings, {app_, std::nullopt}, context_));
    // Before the lock, which would not last as long as some images take.
    const Image image = TRY(obtain_image(client_, settings.image, settings.pull, context_));
    release_.image = image.name;
    release_.image_id = image.id;
    release_.digest = image.digest;
  }
  TRY(deploys ? lock_.take({}) : lock_.seize({}));
  if (const auto text = TRY(book_.read({}))) record_ = TRY(app_record_of(*text));
  return {};
}

const AppRelease* AppTarget::old() const {
  if (record_.running && record_.running->set != release_.set) return &*record_.running;
  return record_.running && !record_.history.empty() ? &record_.history.front() : nullptr;
}

std::string AppTarget::before() const { return old() == nullptr ? std::string{} : old()->image; }

Result<EnvMap> AppTarget::secrets_of(const AppRelease& release) const {
  EnvMap secrets;
  for (const std::string& name : release.secrets) {
    const auto found = context_.secrets.find(name);
    if (found != context_.secrets.end()) {
      secrets[name] = found->second;
      continue;
    }
    const auto& absent = context_.absent_secrets;
    if (std::ranges::find(absent, name) == absent.end())
      return fail(Fault::step,
                  fmt::format("{} was started with secret {}, which this stage has not",
                              printable(release.image), printable(name)),
                  "grant it with `secrets` of the stage");
    context_.emit.note(fmt::format("secret {} is optional and not there: {} starts without it",
                                   printable(name), printable(release.image)));
  }
  return secrets;
}

Result<void> AppTarget::bring_up(const AppRelease& release, const DeployWork& work) const {
  return sets_.bring_up(release, TRY(secrets_of(release)), work);
}

/// `share` percent to this release, the rest to the one before.
Result<void> AppTarget::send(const AppRelease& release, int share, const DeployWork& work) const {
  if (!proxy_) return {};
  AppProxy::Traffic traffic{{}, release.port, release.network, release.proxy_config};
  const bool whole = share >= everything || old() == nullptr || old()->set == release.set;
  traffic.shares.emplace_back(sets_.alias(release.set), whole ? everything : share);
  if (!whole) traffic.shares.emplace_back(sets_.alias(old()->set), everything - share);
  return proxy_->send(traffic, work);
}

Result<void> AppTarget::remove_others(const std::string& kept, const DeployWork& work) const {
  if (proxy_) TRY(proxy_->drain(work));
  for (const std::string& set : TRY(sets_.all(work)))
    if (set != kept) TRY(sets_.remove(set, work));
  return {};
}

/// A deploy that died and was not resumed: all goes to the recorded release again, then it goes.
Result<void> AppTarget::tidy_an_earlier_one(const DeployWork& work) const {
  const auto all = TRY(sets_.all(work));
  const auto is_known = [&](const std::string& set) {
    return set == release_.set || (record_.running && set == record_.running->set);
  };
  if (std::ranges::all_of(all, is_known)) return {};
  context_.emit.note("an earlier deploy was interrupted here: what it left is removed");
  if (const AppRelease* const running = old()) {
    TRY(bring_up(*running, work));
    TRY(sets_.await_healthy(*running, work));
    TRY(send(*running, everything, work));
    if (proxy_) TRY(proxy_->drain(work));
  }
  for (const std::string& set : all)
    if (!is_known(set)) TRY(sets_.remove(set, work));
  return {};
}

Result<std::string> AppTarget::apply(const DeployStep&, const DeployWork& work) {
  TRY(lock_.take(work));
  TRY(tidy_an_earlier_one(work));
  TRY(bring_up(release_, work));
  return fmt::format("{} x {}", release_.replicas, release_.image);
}

Result<std::string> AppTarget::settle(const DeployStep& step, const DeployWork& work) {
  TRY(lock_.take(work));
  TRY(sets_.await_healthy(release_, work));
  if (step.place == DeployPlace::instead) TRY(send(release_, everything, work));
  return fmt::format("{} healthy", release_.replicas);
}

Result<std::string> AppTarget::shift(const DeployStep& step, const DeployWork& work) {
  TRY(lock_.take(work));
  if (step.share > 0) {
    TRY(sets_.await_healthy(release_, work));
    TRY(send(release_, step.share, work));
    return fmt::format("{}% go to {}", step.share, release_.image);
  }
  const AppRelease* const running = old();
  if (running == nullptr) return std::string{"nothing ran here before"};
  TRY(bring_up(*running, work));
  TRY(sets_.await_healthy(*running, work));
  TRY(send(*running, everything, work));
  return fmt::format("all go to {}", running->image);
}

Result<void> AppTarget::write(const DeployWork& work) const {
  return book_.write(to_label(record_), TRY(empty_image(client_, deploy_call(context_, work))),
                     work);
}

Result<std::string> AppTarget::record(const DeployStep&, const DeployWork& work) {
  TRY(lock_.take(work));
  const bool done = record_.running && record_.running->set == release_.set;
  if (record_.running && !done) record_.history.insert(record_.history.begin(), *record_.running);
  record_.running = release_;
  // By a name, so that tidying the engine leaves what the way back needs.
  TRY(client_.must({"tag", release_.image_id, fmt::format("pipectl/{}:{}", app_, release_.set)},
                   deploy_call(context_, work)));
  TRY(write(work));
  return fmt::format("{} is in service", release_.image);
}

Result<void> AppTarget::keep_images(const DeployWork& work) const {
  const std::string repository = "pipectl/" + app_;
  const Call call = deploy_call(context_, work);
  const std::string tags =
      TRY(client_.must({"image", "ls", "--format", "{{.Tag}}", repository}, call));
  // The record that is written keeps fewer than this may hold.
  const AppRecord kept = TRY(app_record_of(to_label(record_)));
  for (const auto line : split(tags, '\n')) {
    const std::string tag{trim(line)};
    const bool wanted =
        tag.empty() || (kept.running && kept.running->set == tag) ||
        std::ranges::find(kept.history, tag, &AppRelease::set) != kept.history.end();
    if (!wanted) TRY(client_.ask({"image", "rm", fmt::format("{}:{}", repository, tag)}, call));
  }
  return {};
}

Result<std::string> AppTarget::retire(const DeployStep&, const DeployWork& work) {
  TRY(lock_.take(work));
  TRY(remove_others(release_.set, work));
  TRY(keep_images(work));
  return std::string{};
}

Result<std::string> AppTarget::restore(const DeployWork& work) {
  DeployStep back;
  back.share = 0;
  std::string done = TRY(shift(back, work));
  TRY(remove(DeployPlace::instead, work));
  return done;
}

Result<std::string> AppTarget::remove(DeployPlace, const DeployWork& work) {
  TRY(lock_.take(work));
  if (old() == nullptr && proxy_) TRY(proxy_->remove(work));
  if (old() != nullptr && proxy_) TRY(proxy_->drain(work));
  TRY(sets_.remove(release_.set, work));
  return fmt::format("the containers of {} are gone", release_.image);
}

Result<AppRelease> AppTarget::release_to_go_back_to(const std::string& run,
                                                    const DeployWork& work) const {
  const auto all = TRY(sets_.all(work));
  const bool unfinished = record_.running && std::ranges::any_of(all, [&](const auto& set) {
                            return set != record_.running->set;
                          });
  if (unfinished && (run.empty() || record_.running->run.starts_with(run))) return *record_.running;
  if (run.empty()) {
    if (const AppRelease* before = release_before(record_.history)) return *before;
    return fail(Fault::step, "no earlier release is recorded", hint_of_no_release(record_.history));
  }
  const auto wanted = std::ranges::find_if(
      record_.history, [&](const AppRelease& release) { return release.run.starts_with(run); });
  if (wanted != record_.history.end()) return *wanted;
  return fail(Fault::step, fmt::format("no release of run '{}' is recorded", printable(run)),
              "deploy an older commit instead");
}

Result<std::string> AppTarget::go_back(const std::string& run, const DeployWork& work) {
  const AppRelease release = TRY(release_to_go_back_to(run, work));
  const std::string from = record_.running ? record_.running->image : std::string{};
  TRY(bring_up(release, work));
  TRY(sets_.await_healthy(release, work));
  TRY(send(release, everything, work));
  note_way_back(
      record_, release, run.empty() ? WayBack::before : WayBack::named,
      [](const AppRelease& one, const AppRelease& other) { return one.set == other.set; });
  TRY(write(work));
  TRY(remove_others(release.set, work));
  return fmt::format("{} -> {}", from, release.image);
}

}  // namespace pipectl::docker
