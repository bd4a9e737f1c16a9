#include "stages/kinds/checkout_stage.hpp"

#include <fmt/format.h>

#include <fstream>
#include <thread>

#include "core/base/files.hpp"
#include "core/base/text.hpp"
#include "core/git/checkout.hpp"
#include "core/git/repository.hpp"
#include "stages/template_key.hpp"

namespace pipectl::stages {
namespace {

namespace fs = std::filesystem;

/// In the repository's `.git`: the stage may remove this folder, as it has made it.
constexpr std::string_view marker = "pipectl-checkout";

/// Cancels its token when the stage's time is over, or with the stage.
class Alarm {
 public:
  explicit Alarm(const StageContext& context) : ring_(context.cancel) {
    if (!context.deadline) return;
    const auto left = std::chrono::ceil<Milliseconds>(*context.deadline - context.clock.steady());
    thread_ = std::thread{[this, left] {
      if (!off_.token().wait_for(left)) ring_.cancel(CancelReason::user);
    }};
  }
  ~Alarm() {
    off_.cancel(CancelReason::user);
    if (thread_.joinable()) thread_.join();
  }
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;
  [[nodiscard]] CancelToken token() const { return ring_.token(); }

 private:
  CancelSource ring_;
  CancelSource off_;
  std::thread thread_;
};

Result<fs::path> destination(const StageContext& context, const std::string& path) {
  const fs::path folder = (context.workspace / path).lexically_normal();
  const std::string shown = printable(folder.string());
  const bool inside = lies_within(folder, context.workspace);
  if (!inside || lies_within(context.workspace, folder))
    return fail(Fault::step, fmt::format("'{}' is no folder below the workspace", shown),
                fmt::format("the workspace is {}", printable(context.workspace.string())));
  std::error_code error;
  if (fs::is_symlink(fs::symlink_status(folder, error)))
    return fail(Fault::step, fmt::format("'{}' is a link", shown));
  return folder;
}

/// What an earlier run of this stage left there goes; anything else is the user's.
Result<void> make_room(const fs::path& folder) {
  std::error_code error;
  if (!fs::exists(folder, error) || fs::is_empty(folder, error)) return {};
  const std::string shown = printable(folder.string());
  if (!fs::exists(folder / ".git" / marker, error))
    return fail(Fault::step, fmt::format("'{}' is not empty and no checkout stage made it", shown),
                "name another `path`, or remove the folder");
  fs::remove_all(folder, error);
  if (error)
    return fail(Fault::infrastructure, fmt::format("cannot remove {}: {}", shown, error.message()));
  return {};
}

std::string resolved_url(const std::string& url, const fs::path& workspace) {
  return url.starts_with("./") || url.starts_with("../") || url == "." || url == ".."
             ? (workspace / url).lexically_normal().string()
             : url;
}

Result<git::CheckoutRequest> make_request(const CheckoutSource& source,
                                          const StageContext& context) {
  git::CheckoutRequest request;
  request.url = resolved_url(TRY(source.url.evaluate(context.scope)), context.workspace);
  request.ref = TRY(source.ref.evaluate(context.scope));
  request.depth = source.depth;
  request.submodules = source.submodules;
  request.destination = TRY(destination(context, TRY(source.path.evaluate(context.scope))));
  request.mirror_dir = context.cache_dir / "git";
  request.environment = context.env;
  if (source.secret.empty()) return request;
  const auto secret = context.env.find(source.secret);  // absent: an optional one
  if (secret != context.env.end()) request.secret = secret->second;
  return request;
}

Result<GitInfo> check_out(const CheckoutSource& source, StageContext& context) {
  const auto request = TRY(make_request(source, context));
  TRY(make_room(request.destination));
  const Alarm alarm{context};
  std::string phase;
  const auto progress = [&](const git::Progress& now) {
    if (now.phase == phase) return;
    phase = now.phase;
    context.emit.note(phase);
  };
  GitInfo info = TRY(git::checkout(request, progress, alarm.token()));
  TRY(write_file_atomically(request.destination / ".git" / marker, context.stage + "\n"));
  return info;
}

Result<GitInfo> look_at_workspace(const StageContext& context) {
  const auto root = git::find_root(context.workspace);
  if (!root) return GitInfo{};
  return git::read_info(*root);
}

std::string summary(const GitInfo& info) {
  if (info.sha.empty()) return "no repository";
  const std::string& name = info.branch.empty() ? info.tag : info.branch;
  return name.empty() ? info.short_sha : fmt::format("{} {}", info.short_sha, printable(name));
}

/// Names of branches and tags hold no line breaks: git refuses them.
Result<void> write_outputs(const StageContext& context, const GitInfo& info) {
  std::ofstream file{context.output_file, std::ios::app};
  file << "sha=" << info.sha << "\nbranch=" << info.branch << "\ntag=" << info.tag << '\n';
  file.close();
  if (file) return {};
  return fail(Fault::infrastructure,
              fmt::format("cannot write {}", printable(context.output_file.string())));
}

Outcome failed(const Error& error, const StageContext& context) {
  Outcome outcome = outcome_of(error);
  if (error.fault != Fault::cancelled) return outcome;
  if (context.cancel.cancelled()) {
    outcome.reason = describe(context.cancel.reason());
    return outcome;
  }
  outcome.status = Status::timed_out;
  outcome.reason = fmt::format("timed out after {}",
                               human_duration(context.spec.timeout.value_or(Milliseconds{0})));
  return outcome;
}

}  // namespace

std::vector<std::string> CheckoutStage::preview(const expr::Scope& scope) const {
  std::vector<std::string> lines;
  if (source_)
    lines.push_back(fmt::format("checkout {} {}{}into {}", shown(source_->url, scope),
                                shown(source_->ref, scope), source_->ref.text().empty() ? "" : " ",
                                shown(source_->path, scope)));
  for (std::string& command : steps_.preview(scope)) lines.push_back(std::move(command));
  return lines;
}

Outcome CheckoutStage::run(StageContext& context) const {
  const auto info = source_ ? check_out(*source_, context) : look_at_workspace(context);
  if (!info) return failed(info.error(), context);
  if (const auto written = write_outputs(context, *info); !written)
    return outcome_of(written.error());
  Outcome outcome = steps_.run(context);
  outcome.summary = summary(*info);
  return outcome;
}

}  // namespace pipectl::stages
