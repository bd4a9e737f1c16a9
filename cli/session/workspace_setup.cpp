#include "cli/session/workspace_setup.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <mutex>

#include "core/base/text.hpp"
#include "core/git/ci_event.hpp"
#include "core/git/repository.hpp"

namespace pipectl::cli {
namespace {

/// One line on stderr, redrawn on a terminal and written once for each phase elsewhere.
class ProgressLine {
 public:
  explicit ProgressLine(bool redraw) : redraw_(redraw) {}
  ~ProgressLine() {
    if (redraw_ && !phase_.empty()) fmt::print(stderr, "\r\x1b[K");
  }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(const git::Progress& progress) {
    const bool same = progress.phase == phase_;
    phase_ = progress.phase;
    if (!redraw_) {
      if (!same) fmt::print(stderr, "pipectl: {}\n", progress.phase);
      return;
    }
    const auto percent = progress.total > 0 ? progress.done * 100 / progress.total : 0;
    if (same && percent == percent_) return;
    percent_ = percent;
    fmt::print(stderr, "\r\x1b[K{} {}% ({}/{})", progress.phase, percent, progress.done,
               progress.total);
  }

 private:
  bool redraw_;
  std::string phase_;
  std::size_t percent_{0};
};

/// A ref that comes out empty would mean the remote's HEAD, which nobody asked for.
Result<std::string> evaluate_ref(const Pipeline& pipeline, const RunFacts& facts) {
  const expr::Template& ref = pipeline.source->ref;
  std::string value = TRY(evaluate_for_file(ref, facts, pipeline));
  if (value.empty() && !ref.is_literal())
    return fail(Fault::usage, fmt::format("source.ref: {} is empty", ref.text()),
                "give it a value, or leave `ref` out for the remote's default branch");
  return value;
}

using ChangedFiles = std::optional<std::vector<std::string>>;

ChangedFiles look_for_changes(const std::filesystem::path& root, const std::string& base) {
  const auto repository = git::find_root(root);
  if (!repository) return std::nullopt;
  auto files = git::changed_files(*repository, base);
  if (files) return *std::move(files);
  fmt::print(stderr, "pipectl: warning: {}; every file counts as changed\n", files.error().message);
  if (!files.error().hint.empty()) fmt::print(stderr, "  hint: {}\n", files.error().hint);
  return std::nullopt;
}

}  // namespace

Result<Workspace> set_up_workspace(const WorkspaceSetup& setup, const RunFacts& facts,
                                   const CancelToken& cancel) {
  const Pipeline& pipeline = setup.file.loaded.pipeline;
  WorkspaceRequest request;
  request.mode = setup.mode;
  request.root = setup.file.root;
  request.run_work = setup.run_dir / "work";
  request.mirror_dir = setup.cache_dir / "git";
  request.base = setup.file.file.parent_path();
  request.environment = setup.environment;
  if (pipeline.source) {
    request.source = &*pipeline.source;
    request.ref = TRY(evaluate_ref(pipeline, facts));
    if (!pipeline.source->secret.empty()) {
      auto granted = TRY(setup.vault.grant({pipeline.source->secret}, {"source", "", cancel, {}}));
      if (!granted.empty()) request.secret = granted.begin()->second;
    }
  } else if (setup.mode == WorktreeMode::head && !setup.file.in_repository) {
    return fail(Fault::usage, "--worktree head needs a git repository around the pipeline file",
                "leave it out to work on the folder as it is");
  }
  ProgressLine line{::isatty(STDERR_FILENO) != 0};
  auto workspace = TRY(make_workspace(
      request, [&](const git::Progress& progress) { line.show(progress); }, cancel));
  if (!workspace.fresh) workspace.git = TRY(git::read_info(workspace.path));
  return workspace;
}

GitInfo overlay(GitInfo checked_out, const GitInfo& told) {
  const auto take = [](std::string& into, const std::string& from) {
    if (into.empty()) into = from;
  };
  take(checked_out.branch, told.branch);
  take(checked_out.tag, told.tag);
  return checked_out;
}

std::function<ChangedFiles()> changed_files_once(const std::filesystem::path& root,
                                                 const Event& event) {
  struct Known {
    std::once_flag asked;
    ChangedFiles files;
  };
  return [known = std::make_shared<Known>(), root, base = git::comparison_base(event)] {
    std::call_once(known->asked, [&] { known->files = look_for_changes(root, base); });
    return known->files;
  };
}

}  // namespace pipectl::cli
