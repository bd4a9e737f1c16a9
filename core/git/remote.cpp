#include "core/git/remote.hpp"

#include <git2/sys/remote.h>
#include <git2/sys/transport.h>

#include <algorithm>

#include "core/base/text.hpp"
#include "core/git/remote_error.hpp"
#include "core/git/transport.hpp"
#include "core/git/url.hpp"

namespace pipectl::git {
namespace {

constexpr std::string_view remote_words = "remote error: ";  ///< libgit2's, before the server's

int on_progress(const git_indexer_progress* stats, void* payload) {
  auto& session = *static_cast<Session*>(payload);
  if (session.cancel.cancelled()) return GIT_EUSER;
  const bool deltas = stats->total_objects > 0 && stats->received_objects == stats->total_objects &&
                      stats->total_deltas > 0;
  session.report(deltas ? Progress{"resolving deltas", stats->indexed_deltas, stats->total_deltas,
                                   stats->received_bytes}
                        : Progress{"receiving objects", stats->received_objects,
                                   stats->total_objects, stats->received_bytes});
  return 0;
}

/// `status`: why a reference was not updated; null when it was.
int on_update(const char* name, const char* status, void* payload) {
  auto& session = *static_cast<Session*>(payload);
  if (status == nullptr) return 0;
  if (!session.refused.empty()) session.refused += "; ";
  session.refused += printable(std::string(name) + ": " + status);
  return 0;
}

std::vector<char*> texts_of(const std::vector<std::string>& refspecs) {
  std::vector<char*> texts;
  texts.reserve(refspecs.size());
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): libgit2 does not write to them
  for (const auto& spec : refspecs) texts.push_back(const_cast<char*>(spec.c_str()));
  return texts;
}

git_remote_callbacks callbacks_of(Session& session) {
  git_remote_callbacks callbacks = GIT_REMOTE_CALLBACKS_INIT;
  callbacks.transfer_progress = on_progress;
  // libgit2 speaks with a local repository by itself.
  if (session.address.scheme != Scheme::local) callbacks.transport = open_transport;
  callbacks.payload = &session;
  return callbacks;
}

/// The server's own words in git's protocol: `access denied or repository not exported: /x`.
Error from_server(const Address& address, const std::string& words) {
  for (const char* sign : {"not found", "not exported", "does not appear", "no such"})
    if (words.find(sign) != std::string::npos) return not_found(address, words);
  return {Fault::infrastructure, address.url() + ": the server says: " + words, {}};
}

/// Why the last call of libgit2 failed. Remembers what came from the server.
Error failure(Session& session, std::string_view what) {
  if (session.cancel.cancelled()) return cancelled();
  if (session.error) return *session.error;
  const std::string words = scrub_urls(lib::last_message());
  const auto at = words.find(remote_words);
  if (at != std::string::npos)
    session.error = from_server(session.address, words.substr(at + remote_words.size()));
  if (words.find("not our ref") != std::string::npos)
    session.error = no_such_commit(session.request.ref, session.address);
  if (!session.error && git_error_last() != nullptr && git_error_last()->klass == GIT_ERROR_NET)
    session.error = not_found(session.address, "the answer is not from a git server: " + words);
  if (session.error) return *session.error;
  return local_failure(std::string(what), words);
}

/// Only a pattern says which references belong to the remote.
bool has_pattern(const std::vector<std::string>& refspecs) {
  return std::any_of(refspecs.begin(), refspecs.end(),
                     [](const std::string& spec) { return spec.find('*') != std::string::npos; });
}

}  // namespace

bool is_remote_failure(const Session& session) {
  return session.error.has_value() || session.cancel.cancelled();
}

Result<RemoteRepository> RemoteRepository::connect(Session& session, git_repository* into) {
  session.error.reset();
  session.report({"connecting"});
  git_remote_create_options options = GIT_REMOTE_CREATE_OPTIONS_INIT;
  options.repository = into;
  options.flags = GIT_REMOTE_CREATE_SKIP_INSTEADOF | GIT_REMOTE_CREATE_SKIP_DEFAULT_FETCHSPEC;
  lib::Remote handle;
  const std::string url = session.address.url();
  if (git_remote_create_with_opts(lib::Out(handle), url.c_str(), &options) < 0)
    return tl::unexpected(failure(session, "cannot use " + url));
  RemoteRepository remote(session, std::move(handle));
  git_remote_callbacks callbacks = callbacks_of(session);
  const auto direction =
      session.purpose == Purpose::push ? GIT_DIRECTION_PUSH : GIT_DIRECTION_FETCH;
  if (git_remote_connect(remote.remote_.get(), direction, &callbacks, nullptr, nullptr) < 0)
    return tl::unexpected(failure(session, "cannot connect to " + url));
  TRY(remote.list());
  return remote;
}

Result<void> RemoteRepository::list() {
  const git_remote_head** heads = nullptr;
  std::size_t count = 0;
  if (git_remote_ls(&heads, &count, remote_.get()) < 0)
    return tl::unexpected(failure(*session_, "cannot list the references"));
  for (std::size_t i = 0; i < count; ++i) {
    const git_remote_head& head = *heads[i];
    refs_.push_back({head.name, lib::to_hex(head.oid),
                     head.symref_target == nullptr ? "" : head.symref_target});
  }
  unsigned capabilities = 0;
  git_transport* const transport = session_->transport;
  if (transport != nullptr && transport->capabilities(&capabilities, transport) == 0)
    serves_commits_ = (capabilities & GIT_REMOTE_CAPABILITY_REACHABLE_OID) != 0;
  return {};
}

Result<void> RemoteRepository::fetch(const std::vector<std::string>& refspecs, unsigned depth) {
  std::vector<char*> texts = texts_of(refspecs);
  const git_strarray specs{texts.data(), texts.size()};
  git_fetch_options options = GIT_FETCH_OPTIONS_INIT;
  options.callbacks = callbacks_of(*session_);
  options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;
  options.depth = static_cast<int>(depth);
  if (git_remote_download(remote_.get(), &specs, &options) < 0)
    return tl::unexpected(failure(*session_, "cannot fetch from " + session_->address.url()));
  git_remote_disconnect(remote_.get());
  session_->error.reset();  // what went wrong in saying good-bye does not matter
  return update_references(refspecs);
}

Result<void> RemoteRepository::push(const std::vector<std::string>& refspecs) {
  std::vector<char*> texts = texts_of(refspecs);
  const git_strarray specs{texts.data(), texts.size()};
  git_push_options options = GIT_PUSH_OPTIONS_INIT;
  options.callbacks = callbacks_of(*session_);
  options.callbacks.push_update_reference = on_update;
  const int code = git_remote_upload(remote_.get(), &specs, &options);
  if (code == GIT_ENONFASTFORWARD)
    return fail(Fault::step, session_->address.url() + " has commits that are not here",
                "somebody pushed meanwhile: fetch them first");
  if (code < 0)
    return tl::unexpected(failure(*session_, "cannot push to " + session_->address.url()));
  if (!session_->refused.empty())
    return fail(Fault::step, session_->address.url() + " refuses the push: " + session_->refused,
                "the branch or tag is protected, a hook says no, or somebody pushed meanwhile");
  return {};
}

/// What is gone goes first: `topic` must make room for `topic/one`.
Result<void> RemoteRepository::update_references(const std::vector<std::string>& refspecs) {
  git_remote_callbacks callbacks = callbacks_of(*session_);
  if (has_pattern(refspecs) && git_remote_prune(remote_.get(), &callbacks) < 0)
    return tl::unexpected(failure(*session_, "cannot remove old references"));
  if (git_remote_update_tips(remote_.get(), &callbacks, 0, GIT_REMOTE_DOWNLOAD_TAGS_NONE, nullptr) <
      0)
    return tl::unexpected(failure(*session_, "cannot update the references"));
  return {};
}

}  // namespace pipectl::git
