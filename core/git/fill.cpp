#include "core/git/fill.hpp"

#include <algorithm>

#include "core/base/text.hpp"
#include "core/git/objects.hpp"
#include "core/git/remote.hpp"
#include "core/git/remote_error.hpp"
#include "core/git/shallow.hpp"
#include "core/git/workspace.hpp"

namespace pipectl::git {
namespace {

namespace fs = std::filesystem;

/// git takes `/srv/x` for `/srv/x`, `/srv/x/.git` and `/srv/x.git`.
Result<lib::Repository> open_local(const Address& address) {
  std::error_code ignored;
  for (const std::string& path : {address.path, address.path + ".git"}) {
    if (!fs::exists(path, ignored)) continue;
    if (auto repository = lib::open(path)) return repository;
  }
  return tl::unexpected(not_found(address));
}

Result<std::vector<RemoteRef>> list_local(git_repository* repository) {
  std::vector<RemoteRef> refs;
  lib::Reference head;
  if (git_reference_lookup(lib::Out(head), repository, "HEAD") == 0) {
    const char* target = git_reference_symbolic_target(head.get());
    git_oid id;
    if (git_reference_name_to_id(&id, repository, "HEAD") == 0)
      refs.push_back({"HEAD", lib::to_hex(id), target == nullptr ? "" : target});
  }
  lib::ReferenceIterator references;
  if (git_reference_iterator_new(lib::Out(references), repository) < 0)
    return lib::failed("cannot list the references");
  git_reference* raw = nullptr;
  while (git_reference_next(&raw, references.get()) == 0) {
    const lib::Reference reference(raw);
    if (const git_oid* id = git_reference_target(raw))
      refs.push_back({git_reference_name(raw), lib::to_hex(*id), ""});
  }
  return refs;
}

Result<lib::Commit> peel(git_object* object, const Session& session) {
  git_object* commit = nullptr;
  if (git_object_peel(&commit, object, GIT_OBJECT_COMMIT) < 0)
    return fail(Fault::infrastructure,
                session.address.url() + ": '" + printable(session.request.ref) + "' is no commit");
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): peeled to a commit
  return lib::Commit(reinterpret_cast<git_commit*>(commit));
}

Result<lib::Commit> find_commit(git_repository* repository, const Wanted& wanted,
                                Session& session) {
  git_oid id;
  lib::Object object;
  if (git_oid_fromstrp(&id, wanted.id.c_str()) < 0)
    return tl::unexpected(no_such_commit(wanted.id, session.address));
  const int code = wanted.abbreviated
                       ? git_object_lookup_prefix(lib::Out(object), repository, &id,
                                                  wanted.id.size(), GIT_OBJECT_COMMIT)
                       : git_object_lookup(lib::Out(object), repository, &id, GIT_OBJECT_ANY);
  if (code == GIT_EAMBIGUOUS)
    return fail(Fault::infrastructure,
                session.address.url() + " has more than one commit '" + wanted.id + "…'",
                "write more digits of its id");
  if (code == GIT_ENOTFOUND) return tl::unexpected(no_such_commit(wanted.id, session.address));
  if (code < 0) return tl::unexpected(local_failure("cannot read the commit", lib::last_message()));
  return peel(object.get(), session);
}

/// Where a reference of the remote is kept in the store.
std::string refspec(const std::string& ref) {
  return "+" + ref + ":" + (ref == "HEAD" ? "refs/pipectl/HEAD" : ref);
}

std::string commit_refspec(const std::string& id) { return id + ":refs/pipectl/" + id; }

std::vector<std::string> whole_refspecs(const Wanted& wanted) {
  std::vector<std::string> specs{"+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"};
  const bool covered = wanted.ref.empty() || wanted.ref.starts_with("refs/heads/") ||
                       wanted.ref.starts_with("refs/tags/");
  if (!covered) specs.push_back(refspec(wanted.ref));
  return specs;
}

/// The one refspec of a shallow fetch; empty when the server does not hand that commit out.
std::string shallow_refspec(const RemoteRepository& remote, const Wanted& wanted) {
  if (!wanted.ref.empty()) return refspec(wanted.ref);
  if (wanted.abbreviated) return {};
  const auto tip = std::find_if(remote.refs().begin(), remote.refs().end(), [&](const auto& ref) {
    return ref.id == wanted.id && !ref.name.ends_with("^{}");
  });
  if (tip != remote.refs().end()) return refspec(tip->name);
  return remote.serves_commits() ? commit_refspec(wanted.id) : std::string{};
}

bool has_object(git_repository* repository, const std::string& hex) {
  git_oid id;
  lib::Odb odb;
  if (git_oid_fromstr(&id, hex.c_str()) < 0) return false;
  if (git_repository_odb(lib::Out(odb), repository) < 0) return false;
  return git_odb_exists(odb.get(), &id) == 1;
}

/// Whether the shallow store holds what this refspec would bring, with its history as deep as asked
/// for: it was fetched as the tip of the same reference. libgit2 1.8 forgets where a shallow
/// history ends when it fetches what is there already.
bool is_fetched(git_repository* store, const std::string& spec, const std::string& id) {
  git_oid tip;
  const std::string kept = spec.substr(spec.find(':') + 1);
  return git_reference_name_to_id(&tip, store, kept.c_str()) == 0 && lib::to_hex(tip) == id &&
         has_object(store, id);
}

/// All branches and tags; then the commit itself, should it be on none of them.
Result<void> fetch_whole(Session& session, RemoteRepository& remote, git_repository* store,
                         const Wanted& wanted) {
  TRY(remote.fetch(whole_refspecs(wanted), 0));
  const bool complete = !wanted.ref.empty() || wanted.abbreviated || has_object(store, wanted.id);
  if (complete || !remote.serves_commits()) return {};
  auto again = TRY(RemoteRepository::connect(session, store));
  return again.fetch({commit_refspec(wanted.id)}, 0);
}

}  // namespace

Result<std::optional<Wanted>> fetch_wanted(Session& session, git_repository* store,
                                           unsigned depth) {
  auto remote = TRY(RemoteRepository::connect(session, store));
  auto wanted = find_ref(remote.refs(), session.request.ref, session.address);
  if (!wanted) {
    session.error = wanted.error();  // of the remote: no mirror is to blame
    return tl::unexpected(wanted.error());
  }
  if (depth == 0) {
    TRY(fetch_whole(session, remote, store, *wanted));
    return std::optional(*std::move(wanted));
  }
  const std::string spec = shallow_refspec(remote, *wanted);
  if (spec.empty()) return std::optional<Wanted>{};
  if (!is_fetched(store, spec, wanted->id)) {
    const auto roots = shallow_roots(store);
    TRY(remote.fetch({spec}, depth));
    TRY(mend_shallow_roots(store, roots));
  }
  return std::optional(*std::move(wanted));
}

Result<Filled> fill_from_store(Session& session, const fs::path& folder, git_repository* store,
                               Wanted wanted, unsigned depth) {
  auto repository = TRY(make_repository(folder, session.address.url()));
  TRY(link_objects(store, repository.get(), session.cancel));
  if (depth == 0) TRY(take_refs(store, repository.get()));
  auto commit = TRY(find_commit(repository.get(), wanted, session));
  return Filled{std::move(repository), std::move(commit), std::move(wanted)};
}

Result<Filled> fill_from_local(Session& session, const fs::path& folder,
                               const std::string& origin) {
  const auto source = TRY(open_local(session.address));
  const auto refs = TRY(list_local(source.get()));
  auto wanted = TRY(find_ref(refs, session.request.ref, session.address));
  auto repository = TRY(make_repository(folder, origin));
  TRY(link_objects(source.get(), repository.get(), session.cancel));
  TRY(take_refs(source.get(), repository.get()));
  auto commit = TRY(find_commit(repository.get(), wanted, session));
  return Filled{std::move(repository), std::move(commit), std::move(wanted)};
}

Result<Filled> fill_from_remote(Session& session, const fs::path& folder) {
  const fs::path path = folder / ".git-store";
  lib::Repository store;
  if (git_repository_init(lib::Out(store), path.c_str(), 1) < 0)
    return tl::unexpected(local_failure("cannot make " + path.string(), lib::last_message()));
  unsigned depth = session.request.depth.value_or(0);
  auto wanted = TRY(fetch_wanted(session, store.get(), depth));
  if (!wanted) {
    depth = 0;
    wanted = TRY(fetch_wanted(session, store.get(), depth));
  }
  auto filled = TRY(fill_from_store(session, folder, store.get(), *std::move(wanted), depth));
  store.reset();
  std::error_code ignored;
  fs::remove_all(path, ignored);
  return filled;
}

}  // namespace pipectl::git
