#include "core/engine/workspace.hpp"

#include <system_error>

#include "core/git/repository.hpp"

namespace pipectl {
namespace {

/// `../other` and `.` are folders beside the pipeline file; anything with a scheme or host is not.
std::string resolved_url(const std::string& url, const std::filesystem::path& base) {
  const bool remote = url.find("://") != std::string::npos ||
                      (url.find(':') != std::string::npos && url.find(':') < url.find('/'));
  if (remote) return url;
  return (base / url).lexically_normal().string();
}

Result<GitInfo> check_out(const WorkspaceRequest& request,
                          const std::function<void(const git::Progress&)>& progress,
                          const CancelToken& cancel) {
  if (request.source == nullptr)
    return git::export_commit(request.root, "HEAD", request.run_work, cancel);
  git::CheckoutRequest checkout;
  checkout.url = resolved_url(request.source->url, request.base);
  checkout.ref = request.ref;
  checkout.depth = request.source->depth;
  checkout.submodules = request.source->submodules;
  checkout.destination = request.run_work;
  checkout.mirror_dir = request.mirror_dir;
  checkout.secret = request.secret;
  checkout.environment = request.environment;
  return git::checkout(checkout, progress, cancel);
}

}  // namespace

Result<Workspace> make_workspace(const WorkspaceRequest& request,
                                 const std::function<void(const git::Progress&)>& progress,
                                 const CancelToken& cancel) {
  if (request.source == nullptr && request.mode == WorktreeMode::dirty)
    return Workspace{request.root, {}, true};
  std::error_code error;
  if (std::filesystem::exists(request.run_work, error))
    return Workspace{request.run_work, {}, false};
  GitInfo git = TRY(check_out(request, progress, cancel));
  return Workspace{request.run_work, std::move(git), true};
}

}  // namespace pipectl
