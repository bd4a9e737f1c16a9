#include "core/git/checkout.hpp"

#include "core/base/text.hpp"
#include "core/git/fill.hpp"
#include "core/git/mirror.hpp"
#include "core/git/open.hpp"
#include "core/git/remote.hpp"
#include "core/git/remote_error.hpp"
#include "core/git/staging.hpp"
#include "core/git/submodules.hpp"
#include "core/git/workspace.hpp"

namespace pipectl::git {
namespace {

namespace fs = std::filesystem;

constexpr int deepest_submodule = 20;

/// A repository with its files, submodules still empty.
struct CheckedOut {
  Filled filled;
  std::vector<Gitlink> submodules;
};

Result<CheckedOut> finish(Session& session, Filled filled) {
  TRY(set_head(filled.repository.get(), filled.wanted, *git_commit_id(filled.commit.get())));
  auto links = TRY(write_files(filled.repository.get(), filled.commit.get(), session));
  return CheckedOut{std::move(filled), std::move(links)};
}

/// Nothing when only the whole history will do.
Result<std::optional<CheckedOut>> try_mirror(Session& session, const fs::path& folder,
                                             Mirror& mirror, unsigned depth) {
  auto wanted = TRY(fetch_wanted(session, mirror.repository(), depth));
  if (!wanted) return std::optional<CheckedOut>{};
  TRY(mirror.keep());
  auto filled =
      TRY(fill_from_store(session, folder, mirror.repository(), *std::move(wanted), depth));
  return std::optional(TRY(finish(session, std::move(filled))));
}

/// What fails in a mirror of an earlier run may be the mirror's fault: once more with a new one.
Result<std::optional<CheckedOut>> use_mirror(Session& session, const fs::path& folder,
                                             unsigned depth) {
  auto mirror = TRY(Mirror::open(session, depth));
  auto outcome = try_mirror(session, folder, mirror, depth);
  if (outcome || mirror.is_new() || is_remote_failure(session)) return outcome;
  TRY(empty_folder(folder));
  TRY(mirror.begin_anew());
  return try_mirror(session, folder, mirror, depth);
}

Result<CheckedOut> fill_and_write(Session& session, const fs::path& folder) {
  if (session.address.scheme == Scheme::local)
    return finish(session, TRY(fill_from_local(session, folder, session.address.url())));
  if (session.request.mirror_dir.empty())
    return finish(session, TRY(fill_from_remote(session, folder)));
  auto shallow = TRY(use_mirror(session, folder, session.request.depth.value_or(0)));
  if (shallow) return *std::move(shallow);
  auto whole = TRY(use_mirror(session, folder, 0));
  return *std::move(whole);
}

Result<GitInfo> check_out(Session& session, const fs::path& folder, int level);

Result<void> check_out_submodule(git_repository* parent, const Session& above,
                                 const Submodule& module, const Gitlink& link, int level) {
  CheckoutRequest request = above.request;
  const Address address = TRY(submodule_address(parent, above, module.url));
  request.ref = lib::to_hex(link.commit);
  // A secret was granted for one host.
  if (address.origin() != above.address.origin()) request.secret.clear();
  Session session(request, address, above.config);
  session.cancel = above.cancel;
  session.progress = above.progress;
  TRY(check_out(session, fs::path(git_repository_workdir(parent)) / link.path, level));
  return register_submodule(parent, module, address.url());
}

Result<void> check_out_submodules(const Session& session, const CheckedOut& done, int level) {
  git_repository* const parent = done.filled.repository.get();
  if (level > deepest_submodule)
    return fail(Fault::infrastructure,
                "the repository is refused: its submodules are nested without end");
  const auto modules = TRY(read_gitmodules(parent, done.filled.commit.get()));
  for (const Gitlink& link : done.submodules) {
    const auto module = modules.find(link.path);
    if (module == modules.end() || module->second.url.empty())
      return fail(Fault::infrastructure,
                  session.address.url() + ": .gitmodules has no URL for the submodule '" +
                      printable(link.path) + "'",
                  "remove the entry (`git rm --cached`), or add it to .gitmodules");
    auto outcome = check_out_submodule(parent, session, module->second, link, level);
    if (outcome) continue;
    Error error = outcome.error();
    if (error.fault != Fault::cancelled)
      error.message = "submodule '" + printable(link.path) + "': " + error.message;
    return tl::unexpected(std::move(error));
  }
  return {};
}

Result<GitInfo> check_out(Session& session, const fs::path& folder, int level) {
  const CheckedOut done = TRY(fill_and_write(session, folder));
  if (session.request.submodules) TRY(check_out_submodules(session, done, level + 1));
  return info_of(done.filled.repository.get(), done.filled.commit.get(), done.filled.wanted);
}

Result<GitInfo> publish(Staging& staging, Result<GitInfo> info) {
  if (info) TRY(staging.publish());
  return info;
}

Result<GitInfo> check_out_all(Session& session) {
  auto staging = TRY(Staging::create(session.request.destination));
  return publish(staging, check_out(session, staging.path(), 0));
}

Result<GitInfo> export_all(Session& session) {
  const std::string origin = TRY(origin_of(session.address.path));
  auto staging = TRY(Staging::create(session.request.destination));
  const CheckedOut done =
      TRY(finish(session, TRY(fill_from_local(session, staging.path(), origin))));
  return publish(
      staging, info_of(done.filled.repository.get(), done.filled.commit.get(), done.filled.wanted));
}

/// File systems and memory throw; nobody above expects that.
template <class Function>
Result<GitInfo> without_exceptions(Function&& function) {
  try {
    return std::forward<Function>(function)();
  } catch (const std::exception& exception) {
    return tl::unexpected(local_failure("the checkout failed", exception.what()));
  }
}

}  // namespace

Result<GitInfo> checkout(const CheckoutRequest& request,
                         const std::function<void(const Progress&)>& progress,
                         const CancelToken& cancel) {
  return without_exceptions([&]() -> Result<GitInfo> {
    TRY(lib::start());
    const UserConfig config = UserConfig::load(request.environment);
    Session session(request, TRY(parse_address(config.rewrite(request.url))), config);
    session.cancel = cancel;
    session.progress = progress;
    return check_out_all(session);
  });
}

Result<GitInfo> export_commit(const fs::path& repository, const std::string& ref,
                              const fs::path& destination, const CancelToken& cancel) {
  return without_exceptions([&]() -> Result<GitInfo> {
    TRY(lib::start());
    CheckoutRequest request;
    request.ref = ref;
    request.destination = destination;
    Address address;
    address.path = repository.string();
    Session session(request, address, UserConfig{});
    session.cancel = cancel;
    return export_all(session);
  });
}

}  // namespace pipectl::git
