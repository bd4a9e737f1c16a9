#include "core/git/push.hpp"

#include "core/git/checkout.hpp"
#include "core/git/library.hpp"
#include "core/git/open.hpp"
#include "core/git/remote.hpp"
#include "core/git/session.hpp"
#include "core/git/user_config.hpp"

namespace pipectl::git {
namespace {

namespace fs = std::filesystem;

Result<std::string> url_of(git_repository* repository, const RemoteEnd& end) {
  lib::Remote remote;
  if (git_remote_lookup(lib::Out(remote), repository, end.remote.c_str()) < 0)
    return fail(Fault::usage, "the repository has no remote '" + end.remote + "'",
                "add one with 'git remote add " + end.remote + " URL'");
  const char* const pushed = git_remote_pushurl(remote.get());
  const char* const fetched = git_remote_url(remote.get());
  const char* const url = pushed != nullptr ? pushed : fetched;
  if (url == nullptr) return fail(Fault::usage, "the remote '" + end.remote + "' has no URL");
  return std::string(url);
}

/// As git has it, a relative path is one from the working tree.
Address made_absolute(Address address, const fs::path& root) {
  if (address.scheme == Scheme::local && fs::path(address.path).is_relative())
    address.path = (root / address.path).lexically_normal().string();
  return address;
}

template <class Use>
auto with_remote(const RemoteEnd& end, const CancelToken& cancel, Use use)
    -> decltype(use(std::declval<RemoteRepository&>())) {
  const auto repository = TRY(open_at(end.root, end.environment));
  const UserConfig config = UserConfig::load(end.environment);
  CheckoutRequest request;
  request.url = config.rewrite(TRY(url_of(repository.get(), end)));
  request.secret = end.secret;
  request.environment = end.environment;
  request.silence = end.silence;
  Session session(request, made_absolute(TRY(parse_address(request.url)), end.root), config);
  session.purpose = Purpose::push;
  session.cancel = cancel;
  auto remote = TRY(RemoteRepository::connect(session, repository.get()));
  return use(remote);
}

/// `origin/main` follows, as it does after `git push`.
Result<void> note_branches(const RemoteEnd& end, const std::vector<std::string>& refspecs) {
  constexpr std::string_view branches = ":refs/heads/";
  const auto repository = TRY(open_at(end.root, end.environment));
  for (const auto& spec : refspecs) {
    const auto at = spec.find(branches);
    if (at == std::string::npos) continue;
    const std::string source = spec.substr(0, at);
    const std::string name = "refs/remotes/" + end.remote + "/" + spec.substr(at + branches.size());
    git_oid id;
    lib::Reference noted;
    if (git_reference_name_to_id(&id, repository.get(), source.c_str()) < 0 ||
        git_reference_create(lib::Out(noted), repository.get(), name.c_str(), &id, 1,
                             "pipectl: push") < 0)
      return lib::failed("cannot note down what was pushed");
  }
  return {};
}

}  // namespace

Result<std::vector<RemoteRef>> list_remote(const RemoteEnd& end, const CancelToken& cancel) {
  return with_remote(end, cancel, [](RemoteRepository& remote) -> Result<std::vector<RemoteRef>> {
    return remote.refs();
  });
}

Result<void> push(const RemoteEnd& end, const std::vector<std::string>& refspecs,
                  const CancelToken& cancel) {
  TRY(with_remote(end, cancel, [&](RemoteRepository& remote) { return remote.push(refspecs); }));
  return note_branches(end, refspecs);
}

}  // namespace pipectl::git
