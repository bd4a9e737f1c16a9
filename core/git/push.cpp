#include "core/git/push.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

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

/// The headers that the repository's own configuration sets for its remotes: a CI system leaves the
/// token of its job there. Nothing else of it counts; what it sets was put there after the
/// checkout.
std::vector<std::pair<std::string, std::string>> headers_of(git_repository* repository) {
  std::vector<std::pair<std::string, std::string>> headers;
  lib::Config all;
  lib::Config own;
  lib::ConfigIterator iterator;
  if (git_repository_config(lib::Out(all), repository) < 0) return headers;
  if (git_config_open_level(lib::Out(own), all.get(), GIT_CONFIG_LEVEL_LOCAL) < 0) return headers;
  if (git_config_iterator_new(lib::Out(iterator), own.get()) < 0) return headers;
  git_config_entry* entry = nullptr;
  while (git_config_next(&entry, iterator.get()) == 0) {
    const std::string name = entry->name;
    if (name.starts_with("http.") && name.ends_with(".extraheader"))
      headers.emplace_back(name, entry->value == nullptr ? "" : entry->value);
  }
  return headers;
}

/// As the variables that git reads settings from; those that are there come later, and so win.
EnvMap with_settings(EnvMap environment,
                     std::vector<std::pair<std::string, std::string>> settings) {
  if (settings.empty()) return environment;
  const auto value = [&](const std::string& name) {
    const auto found = environment.find(name);
    return found == environment.end() ? std::string{} : found->second;
  };
  const std::string text = value("GIT_CONFIG_COUNT");
  std::size_t count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  for (std::size_t i = 0; i < std::min<std::size_t>(count, 1000); ++i)
    settings.emplace_back(value("GIT_CONFIG_KEY_" + std::to_string(i)),
                          value("GIT_CONFIG_VALUE_" + std::to_string(i)));
  for (std::size_t i = 0; i < settings.size(); ++i) {
    environment["GIT_CONFIG_KEY_" + std::to_string(i)] = settings[i].first;
    environment["GIT_CONFIG_VALUE_" + std::to_string(i)] = settings[i].second;
  }
  environment["GIT_CONFIG_COUNT"] = std::to_string(settings.size());
  return environment;
}

template <class Use>
auto with_remote(const RemoteEnd& end, const CancelToken& cancel, Use use)
    -> decltype(use(std::declval<RemoteRepository&>())) {
  const auto repository = TRY(open_at(end.root, end.environment));
  CheckoutRequest request;
  request.environment = with_settings(end.environment, headers_of(repository.get()));
  const UserConfig config = UserConfig::load(request.environment);
  request.url = config.rewrite(TRY(url_of(repository.get(), end)));
  request.secret = end.secret;
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
