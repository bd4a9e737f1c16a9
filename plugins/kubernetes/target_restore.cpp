// The way back to a release, by the first of three ways that leads there.
#include <fmt/format.h>

#include <array>
#include <system_error>

#include "core/base/text.hpp"
#include "core/git/checkout.hpp"
#include "core/git/repository.hpp"
#include "plugins/kubernetes/target.hpp"
#include "plugins/kubernetes/way_back.hpp"

namespace pipectl::plugins::kubernetes {
namespace {

namespace fs = std::filesystem;

/// A tree that is there only while the manifests in it are read.
class ExportedTree {
 public:
  explicit ExportedTree(fs::path folder) : folder_(std::move(folder)) {}
  ~ExportedTree() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  ExportedTree(const ExportedTree&) = delete;
  ExportedTree& operator=(const ExportedTree&) = delete;
  [[nodiscard]] const fs::path& path() const noexcept { return folder_; }

 private:
  fs::path folder_;
};

}  // namespace

Result<std::string> KubernetesTarget::restore(const DeployWork& work) {
  TRY(lease_->take(work));
  if (!record_.running) {
    TRY(cluster_.remove_deployment(home(), work));
    return fmt::format("nothing ran here before: {} was removed", home());
  }
  return restore_release(*record_.running, work);
}

Result<std::string> KubernetesTarget::restore_release(const Release& release,
                                                      const DeployWork& work) {
  using Way = Result<std::string> (KubernetesTarget::*)(const Release&, const DeployWork&);
  struct Named {
    Way go;
    const char* next;
  };
  constexpr std::array ways{
      Named{&KubernetesTarget::restore_recorded, "going back a revision instead"},
      Named{&KubernetesTarget::restore_revision, "applying the last good commit instead"},
      Named{&KubernetesTarget::restore_commit, ""}};
  const bool has_last = !release.commit.empty() && repository().has_value();
  std::string failed;
  for (const Named& way : ways) {
    const bool is_last = way.next[0] == '\0';
    auto done = (this->*way.go)(
        release, has_last && !is_last ? with_half_the_time(work, context_.clock.steady()) : work);
    if (done || done.error().fault == Fault::cancelled) return done;
    failed += (failed.empty() ? "" : "; ") + done.error().message;
    if (is_last) return fail(done.error().fault, failed, done.error().hint);
    context_.emit.note(fmt::format("{}; {}", done.error().message, way.next));
  }
  return fail(Fault::bug, "a deploy that has no way back");
}

std::optional<std::filesystem::path> KubernetesTarget::repository() const {
  const auto root = git::find_root(context_.directory, context_.env);
  return root ? std::optional<fs::path>{*root} : std::nullopt;
}

Result<std::string> KubernetesTarget::restore_recorded(const Release& release,
                                                       const DeployWork& work) {
  TRY(bring_back(release, work));
  return fmt::format("{} runs again", release.image);
}

/// Once the record was applied, its template is the present revision, and any other the failed one.
Result<std::string> KubernetesTarget::restore_revision(const Release& release,
                                                       const DeployWork& work) {
  TRY(check_in_place(release));
  if (is_record_applied_)
    return fail(Fault::step, fmt::format("the revision of {} is the present one", release.image));
  const long revision = TRY(cluster_.earlier_revision(home(), release.image, work));
  TRY(cluster_.undo_rollout(home(), revision, work));
  TRY(cluster_.await_rollout(home(), work));
  return fmt::format("the revision {} of {} runs again", revision, release.image);
}

/// Without their record, the objects of a set that carries nothing cannot take over from another.
Result<void> KubernetesTarget::check_in_place(const Release& release) const {
  if (release.set == home()) return {};
  return fail(Fault::step, fmt::format("only its record leads to {}", release.set));
}

/// What the repository had for the release, with the image that it ran.
Result<std::string> KubernetesTarget::restore_commit(const Release& release,
                                                     const DeployWork& work) {
  TRY(check_in_place(release));
  if (release.commit.empty())
    return fail(Fault::step, "no commit is recorded of the release before");
  const auto root = repository();
  if (!root) return fail(Fault::step, "there is no repository to take the last good commit from");
  const ExportedTree tree{context_.state_dir / ("undo-" + release.commit)};
  std::error_code ignored;
  fs::remove_all(tree.path(), ignored);
  TRY(git::export_commit(*root, release.commit, tree.path(), context_.cleanup));
  const auto below = fs::relative(context_.directory, *root, ignored);
  const ObjectList objects =
      TRY(objects_in({tree.path() / below, work}, *settings_, kubectl_, release.image));
  const ObjectList own = TRY(as_set(objects, plan_.workload.name, home(), slot_of(home())));
  Changes changes;
  changes.replicas = TRY(replicas_of(release, own, work));
  const ObjectList whole = TRY(with_changes(own, home(), changes));
  TRY(cluster_.apply(with_selectors(whole, release.selectors), work));
  TRY(cluster_.await_rollout(home(), work));
  return fmt::format("{} of commit {} runs again", release.image, release.commit.substr(0, 7));
}

}  // namespace pipectl::plugins::kubernetes
