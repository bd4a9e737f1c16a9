#include "plugins/release/github_release.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/api/run_command.hpp"
#include "core/base/text.hpp"
#include "plugins/github/posts.hpp"

namespace pipectl::releasing {
namespace {

using Json = nlohmann::json;
using github::id_in;
using github::text_in;

constexpr int most_pages = 10;
constexpr int tries = 3;
constexpr Milliseconds first_wait{500};
constexpr Milliseconds longest_wait{60'000};  ///< a limit that lasts longer is left to --resume
constexpr std::size_t longest_body = 120'000;
constexpr std::uint64_t slowest = 100'000;  ///< bytes a second that an upload may take

bool is_set(const Json& object, const char* field) {
  const auto found = object.is_object() ? object.find(field) : object.end();
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

Published read_release(const Json& json) {
  Published release{id_in(json, "id"), text_in(json, "html_url"), text_in(json, "upload_url"),
                    is_set(json, "draft")};
  release.upload_url = release.upload_url.substr(0, release.upload_url.find('{'));
  return release;
}

Attempt<Json> json_of(const github::Answer& answer, const std::string& what) {
  Json json = Json::parse(answer.body, nullptr, false);
  if (json.is_discarded())
    return refuse(Refusal::Retry::later, fmt::format("github: {}: the answer is no JSON", what));
  return json;
}

Attempt<Json> send(const github::Client& client, const std::string& method, const std::string& path,
                   const nlohmann::ordered_json& body) {
  github::Call call;
  call.method = method;
  call.path = path;
  call.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
  return json_of(TRY(client.send(call)), path);
}

/// The first of a list, page after page, that is wanted; null: none.
template <class IsIt>
Attempt<Json> first_of(const github::Client& client, std::string path, IsIt is_it) {
  for (int page = 0; page < most_pages && !path.empty(); ++page) {
    const github::Answer answer = TRY(client.get(path));
    const Json list = TRY(json_of(answer, path));
    if (!list.is_array())
      return refuse(Refusal::Retry::later, fmt::format("github: {}: no list came back", path));
    for (const Json& one : list)
      if (one.is_object() && is_it(one)) return one;
    path = answer.next;
  }
  return Json(nullptr);
}

/// Nothing on 404: it is not there.
Attempt<std::optional<Published>> get_release(const github::Client& client,
                                              const std::string& path) {
  const auto answer = client.get(path);
  if (!answer && answer.error().status == 404) return std::nullopt;
  if (!answer) return tl::unexpected(answer.error());
  return read_release(TRY(json_of(*answer, path)));
}

/// The release's file of this name; null: none.
Attempt<Json> asset_called(const github::Client& client, const std::string& release,
                           const std::string& name) {
  return first_of(client, release + "/assets?per_page=100",
                  [&](const Json& one) { return text_in(one, "name") == name; });
}

Attempt<std::vector<Json>> files_of(const github::Client& client, const std::string& release) {
  std::vector<Json> files;
  TRY(first_of(client, release + "/assets?per_page=100", [&](const Json& one) {
    files.push_back(one);
    return false;
  }));
  return files;
}

bool is_uploaded(const Json& asset) { return text_in(asset, "state") == "uploaded"; }

/// The provenance that another run makes anew tells of that run.
bool tells_its_run(const Upload& upload) { return upload.name == provenance_name; }

/// The file is the one that is there, as far as GitHub tells: digests are newer than sizes.
bool is_same(const Json& there, const Upload& upload) {
  const auto digest = text_in(there, "digest");
  return id_in(there, "size") == std::to_string(upload.size) &&
         (digest.empty() || digest == "sha256:" + upload.sha256);
}

/// Of a draft nobody has a file yet: what cannot be compared is made anew.
bool is_as_wanted(const Json& there, const Upload& upload, const Published& release) {
  if (!is_uploaded(there)) return false;
  if (release.draft) return is_same(there, upload) && !text_in(there, "digest").empty();
  return is_same(there, upload) || tells_its_run(upload);
}

}  // namespace

GitHubRelease::GitHubRelease(github::Client client, std::string repository, StageContext& context)
    : client_(std::move(client)), base_("/repos/" + std::move(repository)), context_(context) {}

Result<void> GitHubRelease::insist(const Step& step) {
  Milliseconds wait = first_wait;
  for (int attempt = 1;; ++attempt) {
    const auto done = step();
    if (done) return {};
    const Refusal& refusal = done.error();
    const Milliseconds pause = std::max(wait, refusal.wait.value_or(Milliseconds{0}));
    const bool again = refusal.retry == Refusal::Retry::later && attempt < tries &&
                       pause <= longest_wait && !context_.cancel.cancelled();
    if (!again) return tl::unexpected(refusal.error);
    context_.emit.note(
        fmt::format("{}; again in {}", refusal.error.message, human_duration(pause)));
    if (context_.cancel.wait_for(pause))
      return fail(Fault::cancelled, describe(context_.cancel.reason()));
    wait *= 2;
  }
}

Attempt<std::optional<Published>> GitHubRelease::look(const std::string& tag,
                                                      const std::string& id) const {
  if (!id.empty())
    if (auto known = TRY(get_release(client_, base_ + "/releases/" + id))) return known;
  const auto by_tag = base_ + "/releases/tags/" + github::encoded(tag);
  if (auto published = TRY(get_release(client_, by_tag))) return published;
  const Json draft = TRY(first_of(client_, base_ + "/releases?per_page=100", [&](const Json& one) {
    return text_in(one, "tag_name") == tag;
  }));
  if (draft.is_null()) return std::nullopt;
  return read_release(draft);
}

Attempt<Published> GitHubRelease::create(const Settings& settings, const Plan& plan) const {
  nlohmann::ordered_json body{{"tag_name", plan.tag},
                              {"name", filled_in(settings.github.title, plan.version, plan.tag)},
                              {"body", cut(plan.notes, longest_body)},
                              {"draft", true},
                              {"prerelease", plan.prerelease}};
  return read_release(TRY(send(client_, "POST", base_ + "/releases", body)));
}

Result<std::optional<Published>> GitHubRelease::find(const std::string& tag,
                                                     const std::string& id) {
  std::optional<Published> found;
  TRY(insist([&]() -> Attempt<> {
    found = TRY(look(tag, id));
    return {};
  }));
  return found;
}

/// Creating is not repeated blindly: an answer that was lost is found by looking.
Result<Published> GitHubRelease::ensure(const Settings& settings, const Plan& plan,
                                        const std::string& id) {
  Published release;
  TRY(insist([&]() -> Attempt<> {
    auto found = TRY(look(plan.tag, id));
    release = found ? *std::move(found) : TRY(create(settings, plan));
    return {};
  }));
  if (release.id.empty() || release.upload_url.empty())
    return fail(Fault::infrastructure, "github: the answer describes no release");
  return release;
}

Attempt<> GitHubRelease::upload(const Published& release, const Upload& upload) const {
  github::Call call;
  call.method = "POST";
  call.path = release.upload_url + "?name=" + github::encoded(upload.name);
  call.content_type = "application/octet-stream";
  call.expected = 201;
  call.timeout += Milliseconds{static_cast<Milliseconds::rep>(upload.size * 1000 / slowest)};
  call.body = upload.content;
  call.body_file = upload.file;
  TRY(client_.send(call));
  return {};
}

Attempt<> GitHubRelease::ensure_asset(const Published& release, const Upload& upload,
                                      int& made) const {
  const Json there = TRY(asset_called(client_, base_ + "/releases/" + release.id, upload.name));
  if (!there.is_null()) {
    if (is_as_wanted(there, upload, release)) return {};
    github::Call remove;
    remove.method = "DELETE";
    remove.path = fmt::format("{}/releases/assets/{}", base_, id_in(there, "id"));
    remove.expected = 204;
    const auto removed = client_.send(remove);
    if (!removed && removed.error().status != 404) return tl::unexpected(removed.error());
  }
  TRY(this->upload(release, upload));
  ++made;
  return {};
}

Attempt<> GitHubRelease::check_published(const Published& release,
                                         const std::vector<Upload>& uploads) const {
  std::vector<std::string> others;
  for (const Json& there : TRY(files_of(client_, base_ + "/releases/" + release.id))) {
    const auto upload = std::ranges::find(uploads, text_in(there, "name"), &Upload::name);
    if (upload != uploads.end() && is_uploaded(there) && !is_as_wanted(there, *upload, release))
      others.push_back(upload->name);
  }
  if (others.empty()) return {};
  std::ranges::sort(others);
  return tl::unexpected<Refusal>(Refusal{
      {Fault::step,
       fmt::format("github: the release has {} already, with another content", join(others, ", ")),
       "what is published does not change: release another version"}});
}

Result<std::vector<std::string>> GitHubRelease::files(const Published& release) {
  std::vector<std::string> names;
  TRY(insist([&]() -> Attempt<> {
    names.clear();
    for (const Json& one : TRY(files_of(client_, base_ + "/releases/" + release.id)))
      if (is_uploaded(one)) names.push_back(text_in(one, "name"));
    return {};
  }));
  return names;
}

Result<int> GitHubRelease::ensure_assets(const Published& release,
                                         const std::vector<Upload>& uploads) {
  int made = 0;
  if (!release.draft) TRY(insist([&] { return check_published(release, uploads); }));
  for (const auto& upload : uploads)
    TRY(insist([&] { return ensure_asset(release, upload, made); }));
  return made;
}

Result<Published> GitHubRelease::publish(const Published& release, const Settings& settings,
                                         const Plan& plan) {
  if (!release.draft || settings.github.draft) return release;
  nlohmann::ordered_json body{{"tag_name", plan.tag}, {"draft", false}};
  const std::string usual = plan.prerelease ? "false" : "";
  const std::string& latest = settings.github.latest.empty() ? usual : settings.github.latest;
  if (!latest.empty()) body["make_latest"] = latest;
  Published published;
  TRY(insist([&]() -> Attempt<> {
    published = read_release(
        TRY(send(client_, "PATCH", fmt::format("{}/releases/{}", base_, release.id), body)));
    return {};
  }));
  return published;
}

}  // namespace pipectl::releasing
