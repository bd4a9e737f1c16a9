#include "plugins/release/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/base/text.hpp"
#include "core/release/changes.hpp"
#include "core/release/next.hpp"
#include "plugins/github/repository.hpp"
#include "plugins/release/files.hpp"

namespace pipectl::releasing {
namespace {

using release::Version;

/// A tag of the form that this stage uses.
struct Tagged {
  Version version;
  const git::TagFact* tag{nullptr};
};

std::string text_of(const expr::Scope& scope, const std::vector<std::string>& path) {
  return expr::to_text(scope.value(path));
}

class Planner {
 public:
  Planner(const Settings& settings, const Site& site, const Memory& memory)
      : settings_(settings), site_(site), memory_(memory), form_(settings.tag()) {}

  Result<std::variant<Plan, Nothing>> make() {
    plan_.facts =
        TRY(git::read_release_facts(site_.workspace, settings_.remote, site_.environment));
    if (plan_.facts.head.empty())
      return fail(Fault::usage, "there is no commit yet", "a release is made from a commit");
    channel_ = TRY(settings_.channel.evaluate(site_.scope));
    plan_.commit = memory_.commit.empty() ? plan_.facts.head : memory_.commit;
    plan_.branch = text_of(site_.scope, {"git", "branch"});
    if (plan_.branch.empty()) plan_.branch = plan_.facts.branch;
    read_tags();
    if (const auto why = TRY(decide()); !why.empty()) return TRY(nothing(why));
    return TRY(complete());
  }

 private:
  /// Whoever finds nothing new has to see whether the release before got to its end.
  Result<Nothing> nothing(const std::string& why) {
    Nothing none{why, std::exchange(plan_.warnings, {}), {}};
    if (before_ == nullptr || !settings_.reaches_out()) return none;
    TRY(take(before_->version.text()));
    plan_.commit = before_->tag->commit;
    plan_.why = "left unfinished";
    plan_.tagged = plan_.late = true;
    none.last = TRY(complete());
    return none;
  }

  [[nodiscard]] bool conventional() const { return settings_.version.text() == "conventional"; }
  [[nodiscard]] bool fits_channel(const Version& version) const {
    if (channel_.empty()) return version.prerelease.empty();
    return !version.prerelease.empty() && version.prerelease.front() == channel_;
  }

  void read_tags() {
    for (const auto& tag : plan_.facts.tags)
      if (auto version = form_.version_of(tag.name)) tags_.push_back({*std::move(version), &tag});
  }

  /// The highest version below `limit` that HEAD descends from.
  [[nodiscard]] const Tagged* last(bool final_only, const Version* limit = nullptr) const {
    const Tagged* found = nullptr;
    for (const auto& one : tags_) {
      if (!one.tag->reachable || (final_only && !one.version.prerelease.empty())) continue;
      if (limit != nullptr && !(one.version < *limit)) continue;
      if (found == nullptr || found->version < one.version) found = &one;
    }
    return found;
  }

  /// The commits since a tag, newest first.
  Result<std::vector<release::Change>> changes_since(const Tagged* tag) const {
    git::CommitRange range{plan_.commit, {}, settings_.paths};
    if (tag != nullptr) range.without.push_back(tag->tag->commit);
    std::vector<release::Change> changes;
    for (auto& commit : TRY(git::commits_in(plan_.facts.root, range, site_.environment)))
      changes.push_back({std::move(commit.sha), std::move(commit.message)});
    return release::without_reverted(std::move(changes));
  }

  /// Sets the version and where it goes; why there is nothing to release, or empty.
  Result<std::string> decide() {
    if (!memory_.version.empty()) {
      TRY(take(memory_.version));
      plan_.why = "begun earlier";
    } else if (!conventional()) {
      TRY(decide_literal());
    } else if (const Tagged* const here = tag_at_head()) {
      TRY(take(here->version.text()));
    } else if (const auto why = TRY(decide_by_commits()); !why.empty()) {
      return why;
    }
    TRY(check_tag());
    if (!plan_.tagged) TRY(check_here());
    return std::string{};
  }

  /// Whether the branch is one that releases.
  [[nodiscard]] bool may_release() const {
    if (settings_.branches.empty())
      return plan_.branch == "main" || plan_.branch == "master" ||
             release::line_of(plan_.branch).has_value();
    return std::ranges::any_of(settings_.branches,
                               [&](const auto& glob) { return glob_match(glob, plan_.branch); });
  }

  /// HEAD is a release already: it is seen through to its end.
  [[nodiscard]] const Tagged* tag_at_head() const {
    const Tagged* found = nullptr;
    for (const auto& one : tags_)
      if (one.tag->commit == plan_.commit && fits_channel(one.version) &&
          (found == nullptr || found->version < one.version))
        found = &one;
    return found;
  }

  Result<void> decide_literal() {
    const std::string text = TRY(settings_.version.evaluate(site_.scope));
    auto version = form_.version_of(text);
    if (!version) version = release::parse_version(text.starts_with('v') ? text.substr(1) : text);
    if (!version)
      return fail(Fault::usage,
                  fmt::format("`version` is '{}', which is no version", printable(text)),
                  "a semantic version such as 1.4.0 is wanted");
    plan_.why = "as written";
    return take(version->text());
  }

  Result<std::string> decide_by_commits() {
    if (plan_.facts.shallow)
      return fail(Fault::usage,
                  "this is a shallow clone: the commits since the last tag are not here",
                  "fetch them all: 'git fetch --unshallow --tags', `fetch-depth: 0` of "
                  "actions/checkout, or no `depth` in `source`");
    const Tagged* const since = last(true);
    const auto changes = TRY(changes_since(since));
    for (const auto read : {release::unreadable_release_as, release::unread_breaking})
      for (auto& warning : read(changes)) plan_.warnings.push_back(std::move(warning));
    const auto next = TRY(release::next_version(history_of(changes), channel_));
    const std::string since_tag = since == nullptr ? "the beginning" : since->tag->name;
    before_ = since;
    if (!next) return "no commit since " + since_tag + " calls for a release";
    if (!channel_.empty())
      if (const Tagged* const before = last(false); before != since && before != nullptr) {
        const auto newer = TRY(changes_since(before));
        before_ = before;
        if (!TRY(release::next_version({messages_of(newer), {}}, channel_)))
          return "no commit since " + before->tag->name + " calls for a release";
      }
    plan_.why = release::why_next(messages_of(changes), since_tag);
    TRY(take(next->text()));
    return std::string{};
  }

  static std::vector<std::string> messages_of(const std::vector<release::Change>& changes) {
    std::vector<std::string> messages;
    messages.reserve(changes.size());
    for (const auto& change : changes) messages.push_back(change.message);
    return messages;
  }

  /// Final versions count where HEAD descends from them; pre-releases wherever they are, for no
  /// number is given twice.
  release::History history_of(const std::vector<release::Change>& changes) const {
    release::History history{messages_of(changes), {}, {}};
    for (const auto& one : tags_) {
      if (one.tag->reachable || !one.version.prerelease.empty())
        history.tagged.push_back(one.version);
      if (one.tag->commit == plan_.commit) history.here.push_back(one.version);
    }
    return history;
  }

  Result<void> take(const std::string& text) {
    const auto version = release::parse_version(text);
    if (!version) return fail(Fault::bug, "'" + text + "' was remembered as a version");
    version_ = *version;
    plan_.version = text;
    plan_.tag = form_.tag_of(text);
    plan_.prerelease = !version->prerelease.empty();
    return {};
  }

  Result<void> check_tag() {
    for (const auto& tag : plan_.facts.tags) {
      if (tag.name != plan_.tag) continue;
      if (tag.commit != plan_.commit)
        return fail(
            Fault::usage,
            fmt::format("tag {} exists already, at commit {}", plan_.tag, tag.commit.substr(0, 10)),
            "a tag that was published is never moved: release another version");
      plan_.tagged = true;
      if (plan_.why.empty()) plan_.why = "tagged already";
    }
    return {};
  }

  /// What a new tag needs.
  Result<void> check_here() const {
    if (plan_.branch.empty())
      return fail(Fault::usage, "HEAD is on no branch",
                  "check out the branch that is released, or name it with --branch");
    if (!may_release())
      return fail(Fault::usage,
                  fmt::format("nothing is released from branch '{}'", printable(plan_.branch)),
                  "`branches` of the stage names those that may release");
    const auto line = release::line_of(plan_.branch);
    if (line && !line->holds(version_))
      return fail(Fault::usage,
                  fmt::format("version {} does not belong on branch '{}'", plan_.version,
                              printable(plan_.branch)),
                  "a maintenance branch takes what its name allows; release this one from main");
    return check_clean();
  }

  /// The commit of a release that was begun may not have brought its files yet.
  Result<void> check_clean() const {
    if (plan_.facts.changed.empty() || !memory_.commit.empty()) return {};
    std::string names;
    for (std::size_t i = 0; i < std::min<std::size_t>(plan_.facts.changed.size(), 3); ++i)
      names += (i == 0 ? "" : ", ") + printable(plan_.facts.changed[i]);
    if (plan_.facts.changed.size() > 3) names += ", …";
    return fail(Fault::usage, "the working tree has changes that are not committed: " + names,
                "commit or stash them; a release that was interrupted goes on with --resume");
  }

  /// What follows from the version and the commit.
  Result<Plan> complete() {
    if (plan_.tagged && !may_release()) plan_.branch.clear();
    GitInfo git;
    git.remote = plan_.facts.remote;
    plan_.repository = github::repository_for(settings_.github.repository, site_.host, git);
    const Tagged* const before = last(!plan_.prerelease, &version_);
    if (before != nullptr) plan_.previous_tag = before->tag->name;
    const auto changes = TRY(changes_since(before));
    if (!plan_.facts.untracked.empty() && !plan_.tagged)
      plan_.warnings.push_back(fmt::format("{} new file{} not committed: {}",
                                           plan_.facts.untracked.size(),
                                           plan_.facts.untracked.size() == 1 ? " is" : "s are",
                                           printable(plan_.facts.untracked.front())));
    plan_.message = filled_in(settings_.message, plan_.version, plan_.tag);
    TRY(write_files(settings_, site_, release::sections_of(changes), plan_));
    return std::move(plan_);
  }

  const Settings& settings_;
  const Site& site_;
  const Memory& memory_;
  const release::TagForm form_;
  Plan plan_;
  std::string channel_;
  std::vector<Tagged> tags_;
  const Tagged* before_{nullptr};  ///< the latest release, where commits decide
  Version version_;
};

}  // namespace

Result<std::variant<Plan, Nothing>> make_plan(const Settings& settings, const Site& site,
                                              const Memory& memory) {
  return Planner{settings, site, memory}.make();
}

}  // namespace pipectl::releasing
