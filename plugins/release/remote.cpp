#include "plugins/release/remote.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"

namespace pipectl::releasing {
namespace {

constexpr std::string_view tags_prefix = "refs/tags/";

std::string id_of(const std::vector<git::RemoteRef>& refs, const std::string& name) {
  const auto found = std::ranges::find(refs, name, &git::RemoteRef::name);
  return found == refs.end() ? std::string{} : found->id;
}

const git::TagFact* local_tag(const Plan& plan) {
  const auto found = std::ranges::find(plan.facts.tags, plan.tag, &git::TagFact::name);
  return found == plan.facts.tags.end() ? nullptr : &*found;
}

Result<bool> tag_is_missing(const Plan& plan, const std::vector<git::RemoteRef>& refs,
                            const std::string& remote) {
  const std::string there = id_of(refs, std::string(tags_prefix) + plan.tag);
  if (there.empty()) return true;
  const auto* const here = local_tag(plan);
  if (here == nullptr)
    return fail(Fault::usage, fmt::format("tag {} exists at '{}' and not here", plan.tag, remote),
                fmt::format("somebody released it: 'git fetch --tags {}'", remote));
  if (here->object != there)
    return fail(Fault::usage,
                fmt::format("tag {} at '{}' is another one than here", plan.tag, remote),
                "a tag that was published is never moved: release another version");
  return false;
}

/// A version that is tagged there and unknown here would be given a second time, or passed over.
Result<void> check_known_tags(const Settings& settings, const Plan& plan,
                              const std::vector<git::RemoteRef>& refs) {
  const auto form = settings.tag();
  for (const auto& ref : refs) {
    if (!ref.name.starts_with(tags_prefix) || ref.name.ends_with("^{}")) continue;
    const std::string name = ref.name.substr(tags_prefix.size());
    if (!form.version_of(name)) continue;
    if (std::ranges::find(plan.facts.tags, name, &git::TagFact::name) != plan.facts.tags.end())
      continue;
    return fail(
        Fault::usage, fmt::format("tag {} of '{}' is not here", printable(name), settings.remote),
        fmt::format("the version is decided by all tags: 'git fetch --tags {}'", settings.remote));
  }
  return {};
}

}  // namespace

Result<Pushes> look_at_remote(const Settings& settings, const Plan& plan, const git::RemoteEnd& end,
                              const EnvMap& environment, const CancelToken& cancel) {
  const auto refs = TRY(git::list_remote(end, cancel));
  Pushes pushes;
  pushes.tag = TRY(tag_is_missing(plan, refs, end.remote));
  if (!pushes.tag) return pushes;
  if (!plan.tagged) TRY(check_known_tags(settings, plan, refs));
  if (plan.branch.empty()) return pushes;
  const std::string there = id_of(refs, "refs/heads/" + plan.branch);
  const std::string& ours = plan.late ? plan.facts.head : plan.commit;
  const bool ours_is_newer =
      there.empty() || TRY(git::leads_to(end.root, there, ours, environment));
  if (ours_is_newer) {
    pushes.branch = there != ours || !plan.files.empty();
    return pushes;
  }
  // A tag on a commit that is there already needs no push of the branch.
  const bool alone =
      plan.files.empty() && TRY(git::leads_to(end.root, plan.commit, there, environment));
  if (alone) return pushes;
  return fail(Fault::usage,
              fmt::format("branch {} of '{}' has commits that are not here", printable(plan.branch),
                          end.remote),
              fmt::format("get them first: 'git pull {} {}'", end.remote, plan.branch));
}

Result<void> push_release(const Plan& plan, const Pushes& pushes, const git::RemoteEnd& end,
                          const CancelToken& cancel) {
  if (pushes.branch) TRY(git::push(end, {fmt::format("HEAD:refs/heads/{}", plan.branch)}, cancel));
  if (pushes.tag)
    TRY(git::push(end, {fmt::format("refs/tags/{0}:refs/tags/{0}", plan.tag)}, cancel));
  return {};
}

}  // namespace pipectl::releasing
