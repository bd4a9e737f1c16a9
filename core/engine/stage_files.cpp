#include "core/engine/stage_files.hpp"

#include <fmt/format.h>

#include "core/base/files.hpp"
#include "core/base/text.hpp"
#include "core/store/artifacts.hpp"

namespace pipectl {
namespace {

Result<std::vector<std::string>> evaluate(const std::vector<expr::Template>& templates,
                                          const expr::Scope& scope) {
  std::vector<std::string> texts;
  texts.reserve(templates.size());
  for (const auto& one : templates) texts.push_back(TRY(one.evaluate(scope)));
  return texts;
}

/// The state directory lies in a working tree that is used in place, and is none of its files. A
/// run's own checkout lies in the state directory: there, nothing is left out.
std::filesystem::path left_out(const std::filesystem::path& state_dir,
                               const std::filesystem::path& workspace) {
  return lies_within(workspace, state_dir) ? std::filesystem::path{} : state_dir;
}

}  // namespace

void StageFiles::warn(const std::vector<std::string>& warnings) {
  for (const auto& warning : warnings) emit_.note("warning: " + warning);
}

Result<store::CacheRequest> StageFiles::cache_request() const {
  store::CacheRequest request;
  request.key = TRY(spec_.cache->key.evaluate(*job_.scope));
  request.patterns = TRY(evaluate(spec_.cache->paths, *job_.scope));
  request.workspace = job_.scope->facts().workspace;
  request.state_dir = left_out(tools_.state_dir, request.workspace);
  return request;
}

Result<void> StageFiles::restore_cache() {
  if (!spec_.cache || tools_.cache == JobTools::Cache::ignore) return {};
  const auto request = TRY(cache_request());
  const auto restored = TRY(store::Cache{tools_.cache_dir}.restore(request, job_.cancel));
  warn(restored.warnings);
  emit_.note(restored.hit
                 ? fmt::format("cache {}: restored {}", request.key, human_size(restored.bytes))
                 : fmt::format("cache {}: nothing there yet", request.key));
  return {};
}

Result<void> StageFiles::save_cache() {
  if (!spec_.cache || tools_.cache == JobTools::Cache::ignore) return {};
  const auto request = TRY(cache_request());
  const auto saved = store::Cache{tools_.cache_dir}.save(request, job_.cancel);
  if (!saved && saved.error().fault == Fault::usage) return tl::unexpected(saved.error());
  if (!saved) {
    warn({fmt::format("cache {} is not saved: {}", request.key, saved.error().message)});
    return {};
  }
  warn(saved->warnings);
  if (saved->what == store::Cache::Saved::What::saved)
    emit_.note(fmt::format("cache {}: saved {}", request.key, human_size(saved->bytes)));
  return {};
}

Result<void> StageFiles::collect_artifacts(const std::filesystem::path& directory) {
  if (spec_.artifacts.empty()) return {};
  store::ArtifactRequest request;
  request.workspace = job_.scope->facts().workspace;
  request.directory = directory;
  request.patterns = TRY(evaluate(spec_.artifacts, *job_.scope));
  request.target = job_.artifacts_dir;
  request.state_dir = left_out(tools_.state_dir, request.workspace);
  auto collected = TRY(store::collect_artifacts(request, job_.cleanup));
  warn(collected.warnings);
  for (auto& file : collected.files)
    emit_.artifact(std::move(file.path), file.bytes, std::move(file.sha256));
  return {};
}

}  // namespace pipectl
