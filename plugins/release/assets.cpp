#include "plugins/release/assets.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/sha256.hpp"
#include "core/base/text.hpp"
#include "core/release/provenance.hpp"
#include "core/store/find_files.hpp"
#include "plugins/docker/keys.hpp"

namespace pipectl::releasing {
namespace {

constexpr std::uint64_t largest_asset = std::uint64_t{2} << 30U;  ///< GitHub's limit

/// GitHub writes a dot for each of the other characters; known beforehand, it can be asked for.
std::string published_name(const std::string& path) {
  std::string name = std::filesystem::path(path).filename().string();
  constexpr std::string_view kept =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-+";
  for (char& c : name)
    if (kept.find(c) == std::string_view::npos) c = '.';
  return name;
}

enum class Wanted { surely, where_there };

Result<void> find(const std::vector<expr::Template>& patterns, Wanted wanted, const Site& site,
                  const CancelToken& cancel, std::vector<Upload>& uploads) {
  if (patterns.empty()) return {};
  const auto texts = TRY(docker::evaluate_all(patterns, site.scope));
  const auto found = TRY(store::find_files(
      {site.directory, site.workspace, TRY(store::parse_patterns(texts))}, cancel));
  if (wanted == Wanted::surely && !found.unmatched.empty())
    return fail(Fault::step,
                fmt::format("assets: nothing matches '{}'", texts[found.unmatched.front()]),
                "an earlier stage has to make it");
  for (const auto& file : found.files) {
    const bool plain =
        file.kind == store::FoundFile::Kind::file || file.kind == store::FoundFile::Kind::link;
    if (!plain) continue;
    const auto path = site.directory / file.path;
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    if (error) return fail(Fault::infrastructure, path.string() + ": " + error.message());
    uploads.push_back({published_name(file.path), path, {}, size, {}});
  }
  return {};
}

std::string variable(const EnvMap& host, const char* name) {
  const auto found = host.find(name);
  return found == host.end() ? std::string{} : found->second;
}

release::Making making_of(const Plan& plan, const StageContext& context) {
  const std::string& made_from = plan.late ? plan.facts.head : plan.commit;
  release::Making making{plan.facts.remote,
                         plan.late ? made_from : "refs/tags/" + plan.tag,
                         made_from,
                         context.stage,
                         context.run_id,
                         {},
                         {}};
  const auto server = variable(context.host, "GITHUB_SERVER_URL");
  const auto repository = variable(context.host, "GITHUB_REPOSITORY");
  const auto job = variable(context.host, "GITHUB_RUN_ID");
  if (!server.empty() && !repository.empty() && !job.empty()) {
    making.builder = server + "/actions/runner";
    making.invocation = server + "/" + repository + "/actions/runs/" + job;
  }
  return making;
}

void add(std::vector<Upload>& uploads, const char* name, std::string content) {
  Upload upload{name, {}, std::move(content), 0, {}};
  upload.size = upload.content.size();
  upload.sha256 = sha256_hex(upload.content);
  uploads.push_back(std::move(upload));
}

}  // namespace

Result<std::vector<Upload>> find_uploads(const Settings& settings, const Site& site,
                                         const CancelToken& cancel) {
  std::vector<Upload> uploads;
  TRY(find(settings.assets, Wanted::surely, site, cancel, uploads));
  TRY(find(settings.sbom, Wanted::where_there, site, cancel, uploads));
  std::ranges::sort(uploads, {}, &Upload::name);
  for (std::size_t i = 0; i < uploads.size(); ++i) {
    const auto& name = uploads[i].name;
    const bool twice =
        i > 0 && uploads[i - 1].name == name && uploads[i - 1].file != uploads[i].file;
    if (twice || name == checksums_name || name == provenance_name)
      return fail(Fault::step,
                  twice ? fmt::format("two assets are called {}", name)
                        : fmt::format("{} is made by the release itself", name),
                  "files of a release have one folder: give them names of their own");
    if (uploads[i].size > largest_asset)
      return fail(Fault::step, fmt::format("asset {} is larger than 2 GiB", name),
                  "GitHub takes no larger one");
  }
  const auto same = std::unique(uploads.begin(), uploads.end(),
                                [](const Upload& a, const Upload& b) { return a.name == b.name; });
  uploads.erase(same, uploads.end());
  return uploads;
}

Result<void> add_made_uploads(const Settings& settings, const Plan& plan,
                              const StageContext& context, std::vector<Upload>& uploads) {
  if (uploads.empty()) return {};
  std::vector<release::Asset> assets;
  for (auto& upload : uploads) {
    upload.sha256 = TRY(sha256_file(upload.file));
    assets.push_back({upload.name, upload.sha256});
  }
  add(uploads, checksums_name, release::checksums_of(assets));
  if (settings.provenance)
    add(uploads, provenance_name, release::provenance_of(assets, making_of(plan, context)));
  return {};
}

}  // namespace pipectl::releasing
