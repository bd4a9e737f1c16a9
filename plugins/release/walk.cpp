#include "plugins/release/walk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "core/api/run_command.hpp"
#include "core/base/text.hpp"
#include "plugins/github/repository.hpp"

namespace pipectl::releasing {
namespace {

/// ssh and gpg get what git would get, and none of the stage's secrets.
EnvMap without_secrets(EnvMap env, const EnvMap& secrets) {
  for (const auto& [name, value] : secrets) env.erase(name);
  return env;
}

bool holds(const std::vector<std::string>& names, const char* name) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

ReleaseWalk::ReleaseWalk(const Settings& settings, StageContext& context)
    : settings_(settings),
      context_(context),
      memory_(recall(context.remembered)),
      site_{context.workspace, context.directory, context.env,
            context.host,      context.scope,     context.clock.wall()} {}

std::string ReleaseWalk::token() const {
  const auto found = context_.secrets.find(settings_.github.token);
  return found == context_.secrets.end() ? std::string{} : found->second;
}

/// By its digest, under the first name of the version.
std::string ReleaseWalk::released_image() const {
  auto name = promoter_->promotion().fixed.front();
  name.reference = memory_.image;
  return name.text();
}

Result<void> ReleaseWalk::check_cancelled() const {
  if (!context_.cancel.cancelled()) return {};
  return fail(Fault::cancelled, describe(context_.cancel.reason()));
}

Result<Outcome> ReleaseWalk::go() {
  auto decided = TRY(make_plan(settings_, site_, memory_));
  auto* const none = std::get_if<Nothing>(&decided);
  if (none != nullptr && !TRY(is_unfinished(*none))) return nothing(*none);
  Plan& plan = none == nullptr ? std::get<Plan>(decided) : *none->last;
  for (const auto& warning : plan.warnings) context_.emit.note("warning: " + warning);
  context_.emit.note(fmt::format("release {} ({})", plan.tag, plan.why));
  TRY(look(plan));
  // One that is finished late is found again by its tag.
  if (!plan.late) TRY(context_.emit.remember(version_note, plan.version));
  if (promoter_) TRY(context_.emit.remember(image_note, memory_.image));
  TRY(commit(plan));
  TRY(tag(plan));
  TRY(push(plan));
  TRY(promote());
  TRY(publish(plan));
  TRY(write_outputs(plan));
  return done(plan);
}

/// Whether the release before broke before all saw it. GitHub out of reach is no reason to fail
/// where nothing was to be released: that is looked at again next time.
Result<bool> ReleaseWalk::is_unfinished(const Nothing& nothing) {
  if (!nothing.last) return false;
  const Plan& last = *nothing.last;
  const auto whole = is_whole(last);
  if (!whole && whole.error().fault == Fault::cancelled) return tl::unexpected(whole.error());
  const bool on_github = settings_.github.wanted;
  if (!whole)
    context_.emit.note(fmt::format("warning: whether {} {} is not known: {}", last.tag,
                                   on_github ? "has its release on GitHub" : "was finished",
                                   whole.error().message));
  if (!whole || *whole) return false;
  context_.emit.note(fmt::format(
      "warning: {} was tagged and its release {}not finished: that is done now{}", last.tag,
      on_github ? "on GitHub " : "",
      on_github ? ", with files of commit " + last.facts.head.substr(0, 10) : std::string{}));
  return true;
}

Result<bool> ReleaseWalk::is_whole(const Plan& plan) {
  if (settings_.github.wanted) return is_published(plan);
  end_ = remote_of(plan);
  if (settings_.push &&
      TRY(look_at_remote(settings_, plan, end_, site_.environment, context_.cancel)).tag)
    return false;
  return settings_.promotion ? is_given(plan) : Result<bool>{true};
}

/// Whether the image has its names. A tag that records no image was not made by this stage.
Result<bool> ReleaseWalk::is_given(const Plan& plan) {
  if (TRY(find_tested_image(settings_, site_, plan, memory_)).digest.empty()) return true;
  TRY(look_at_image(plan));
  return promoter_->has_version();
}

/// Publication is the last step. A draft that stays one has the file that is uploaded last.
Result<bool> ReleaseWalk::is_published(const Plan& plan) {
  TRY(reach_github(plan));
  const auto there = TRY(github_->find(plan.tag, memory_.release));
  if (!there) return false;
  if (there->draft && !settings_.github.draft) return false;
  if (settings_.assets.empty()) return true;
  const auto files = TRY(github_->files(*there));
  const bool last = holds(files, settings_.provenance ? provenance_name : checksums_name);
  if (!there->draft) warn_of_missing(plan, files);
  return last || !there->draft;
}

/// Files of this commit are not those of that release: they are not added to what is published.
void ReleaseWalk::warn_of_missing(const Plan& plan, const std::vector<std::string>& files) const {
  const bool sums = holds(files, checksums_name);
  const bool whole = sums && (holds(files, provenance_name) || !settings_.provenance);
  // One that has neither was not made here, and has what somebody gave it.
  const bool foreign = !files.empty() && !sums && !holds(files, provenance_name);
  if (whole || foreign) return;
  context_.emit.note(fmt::format(
      "warning: the release of {} on GitHub lacks files: check the tag out, make them and run "
      "'pipectl release' there",
      plan.tag));
}

/// Whatever can be refused is refused here: after it there is something to take back.
Result<void> ReleaseWalk::look(Plan& plan) {
  if (!plan.tagged) {
    signing_ = TRY(read_signing(plan.facts.root, site_.environment));
    who_ = TRY(read_person(plan.facts.root, site_.environment, site_.now));
  }
  uploads_ = TRY(find_uploads(settings_, site_, context_.cancel));
  end_ = remote_of(plan);
  if (settings_.github.wanted) TRY(look_at_github(plan));
  if (settings_.promotion) TRY(look_at_image(plan));
  if (settings_.push)
    pushes_ = TRY(look_at_remote(settings_, plan, end_, site_.environment, context_.cancel));
  return check_cancelled();
}

git::RemoteEnd ReleaseWalk::remote_of(const Plan& plan) const {
  return {plan.facts.root, settings_.remote, {}, without_secrets(context_.env, context_.secrets)};
}

Result<void> ReleaseWalk::reach_github(const Plan& plan) {
  if (plan.repository.empty())
    return fail(Fault::usage,
                fmt::format("the remote '{}' is no repository on GitHub", settings_.remote),
                "name it: `github: {repository: OWNER/NAME}`, or write `github: false`");
  if (token().empty())
    return fail(Fault::usage, fmt::format("secret {} has no value here", settings_.github.token),
                "it is the token for the release on GitHub");
  // The token that may make the release may push to the same repository over https.
  const auto api = github::api_url(context_.host, plan.facts.remote);
  const bool same = !github::repository_of(plan.facts.remote, api).empty();
  if (same && plan.facts.remote.starts_with("https://")) end_.secret = token();
  github_.emplace(github::Client{context_.http, {api, token()}, context_.clock, context_.cancel},
                  plan.repository, context_);
  return {};
}

Result<void> ReleaseWalk::look_at_github(const Plan& plan) {
  TRY(reach_github(plan));
  const auto there = TRY(github_->find(plan.tag, memory_.release));
  if (there) context_.emit.note(fmt::format("github: {} is there: {}", plan.tag, there->url));
  if (plan.previous_tag.empty() || plan.tagged) return {};
  if (!TRY(github_->find(plan.previous_tag, {})))
    context_.emit.note(fmt::format("warning: tag {} has no release on GitHub", plan.previous_tag));
  return {};
}

/// Which image it is is decided here, once: its tag may be moved before the release is done.
Result<void> ReleaseWalk::look_at_image(const Plan& plan) {
  const auto& settings = *settings_.promotion;
  auto promotion = TRY(plan_promotion(settings, site_.scope,
                                      TRY(find_tested_image(settings_, site_, plan, memory_)),
                                      {plan.version, plan.tag, plan.prerelease}));
  promoter_.emplace(std::move(promotion), TRY(logins_for(settings, context_)), context_);
  memory_.image = TRY(promoter_->look());
  context_.emit.note(
      fmt::format("image {} is {}", promoter_->promotion().image.source.text(), memory_.image));
  return {};
}

Result<void> ReleaseWalk::commit(Plan& plan) {
  if (memory_.commit.empty() && !plan.files.empty()) {
    git::NewCommit commit{plan.commit, plan.files, plan.message, who_, {}};
    if (signing_.commits) commit.sign = make_signer(signing_, who_, context_);
    memory_.commit = TRY(git::write_commit(plan.facts.root, commit, site_.environment));
    TRY(context_.emit.remember(commit_note, memory_.commit));
  }
  if (memory_.commit.empty()) return {};
  plan.commit = memory_.commit;
  if (plan.tagged) return {};
  TRY(git::advance_head(plan.facts.root, plan.commit, site_.environment));
  context_.emit.note(fmt::format("commit {}", plan.commit.substr(0, 10)));
  ++deeds_;
  return check_cancelled();
}

Result<void> ReleaseWalk::tag(Plan& plan) {
  if (plan.tagged) return {};
  git::NewTag tag{plan.tag, plan.commit, plan.tag + "\n\n" + plan.notes, who_, {}};
  if (promoter_)
    tag.message += "\n" + image_line(promoter_->promotion().fixed.front(), memory_.image);
  if (signing_.tags) tag.sign = make_signer(signing_, who_, context_);
  static_cast<void>(TRY(git::write_tag(plan.facts.root, tag, site_.environment)));
  context_.emit.note(fmt::format("tag {}{}", plan.tag, signing_.tags ? ", signed" : ""));
  ++deeds_;
  return check_cancelled();
}

Result<void> ReleaseWalk::push(const Plan& plan) {
  if (!settings_.push || (!pushes_.branch && !pushes_.tag)) return {};
  TRY(push_release(plan, pushes_, end_, context_.cancel));
  context_.emit.note(fmt::format("pushed {}{} to {}", plan.tag,
                                 pushes_.branch ? " and branch " + plan.branch : "", end_.remote));
  ++deeds_;
  return check_cancelled();
}

Result<void> ReleaseWalk::promote() {
  if (!promoter_) return {};
  const int given = TRY(promoter_->promote());
  deeds_ += given;
  if (given > 0) context_.emit.note(describe(promoter_->promotion()));
  return check_cancelled();
}

Result<void> ReleaseWalk::publish(const Plan& plan) {
  if (!github_) return {};
  const auto release = TRY(github_->ensure(settings_, plan, memory_.release));
  TRY(context_.emit.remember(release_note, release.id));
  TRY(add_made_uploads(settings_, plan, context_, uploads_));
  const int uploaded = TRY(github_->ensure_assets(release, uploads_));
  if (!release.draft && uploaded > 0) {
    context_.emit.note(fmt::format("github: {} file{} came to {}, which lacked {}", uploaded,
                                   uploaded == 1 ? "" : "s", release.url,
                                   uploaded == 1 ? "it" : "them"));
    ++deeds_;
  }
  const auto published = TRY(github_->publish(release, settings_, plan));
  url_ = published.url;
  if (release.draft && !settings_.github.draft) {
    context_.emit.note(fmt::format("github: published {}", url_));
    ++deeds_;
  }
  return {};
}

Result<void> ReleaseWalk::write_outputs(const Plan& plan) const {
  std::ofstream file{context_.output_file, std::ios::app};
  file << "released=true\nversion=" << plan.version << "\ntag=" << plan.tag
       << "\nsha=" << plan.commit << '\n';
  if (promoter_) file << "image=" << released_image() << '\n';
  if (!url_.empty()) file << "url=" << url_ << '\n';
  file.flush();
  if (file) return {};
  return fail(Fault::infrastructure, fmt::format("cannot write {}", context_.output_file.string()));
}

Result<Outcome> ReleaseWalk::nothing(const Nothing& nothing) const {
  for (const auto& warning : nothing.warnings) context_.emit.note("warning: " + warning);
  context_.emit.note("nothing to release: " + nothing.why);
  std::ofstream file{context_.output_file, std::ios::app};
  file << "released=false\n";
  file.flush();
  if (!file)
    return fail(Fault::infrastructure,
                fmt::format("cannot write {}", context_.output_file.string()));
  Outcome outcome;
  outcome.summary = "nothing to release";
  return outcome;
}

Outcome ReleaseWalk::done(const Plan& plan) const {
  Outcome outcome;
  outcome.summary = deeds_ == 0 ? plan.tag + " was released already" : "released " + plan.tag;
  if (deeds_ == 0) context_.emit.note(outcome.summary + ": nothing was left to do");
  return outcome;
}

}  // namespace pipectl::releasing
