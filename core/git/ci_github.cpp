// Sources: "Variables reference" and "Webhook events and payloads" of the GitHub documentation.

#include <nlohmann/json.hpp>

#include "core/base/files.hpp"
#include "core/git/ci_systems.hpp"
#include "core/git/url.hpp"

namespace pipectl::git {
namespace {

using Json = nlohmann::json;

/// GitHub caps payloads at 25 MB; more is not from GitHub.
constexpr std::size_t payload_limit = std::size_t{32} << 20U;

Json read_payload(const EnvMap& environment) {
  const std::string path = variable(environment, "GITHUB_EVENT_PATH");
  if (path.empty()) return nullptr;
  const auto text = read_file(path, payload_limit);
  if (!text) return nullptr;
  return Json::parse(*text, nullptr, /*allow_exceptions=*/false);
}

/// The value below these keys, or null: a payload may lack any of them, or hold another type.
const Json& at(const Json& json, std::initializer_list<const char*> keys) {
  static const Json nothing;
  const Json* here = &json;
  for (const char* key : keys) {
    if (!here->is_object()) return nothing;
    const auto found = here->find(key);
    if (found == here->end()) return nothing;
    here = &*found;
  }
  return *here;
}

std::string text_at(const Json& json, std::initializer_list<const char*> keys) {
  const Json& value = at(json, keys);
  return value.is_string() ? value.get<std::string>() : std::string{};
}

/// `owner/name` of both ends; a deleted fork is null. Without both it counts as a fork.
bool is_fork(const Json& payload, const std::string& repository) {
  const std::string head = text_at(payload, {"pull_request", "head", "repo", "full_name"});
  const std::string base =
      first_of(text_at(payload, {"pull_request", "base", "repo", "full_name"}), repository);
  return head.empty() || base.empty() || head != base;
}

std::optional<long> pull_request_number(const Json& payload, const std::string& ref) {
  const Json& number = at(payload, {"number"});
  if (number.is_number_unsigned()) return number_or_nothing(number.dump());
  // GITHUB_REF of a pull request: refs/pull/12/merge
  const std::string rest = after_prefix(ref, "refs/pull/");
  return number_or_nothing(std::string_view(rest).substr(0, rest.find('/')));
}

void read_pull_request(const EnvMap& environment, const Json& payload, Event& event) {
  event.kind = EventKind::pull_request;
  event.number = pull_request_number(payload, variable(environment, "GITHUB_REF"));
  event.from_fork = is_fork(payload, variable(environment, "GITHUB_REPOSITORY"));
  // GITHUB_HEAD_REF and GITHUB_BASE_REF: only set for pull requests, without refs/heads/.
  event.branch = first_of(variable(environment, "GITHUB_HEAD_REF"),
                          text_at(payload, {"pull_request", "head", "ref"}));
  event.target_branch = first_of(variable(environment, "GITHUB_BASE_REF"),
                                 text_at(payload, {"pull_request", "base", "ref"}));
  if (event.from_fork)
    event.branch = fork_branch(text_at(payload, {"pull_request", "head", "repo", "owner", "login"}),
                               event.branch);
  event.base_sha = commit_or_empty(text_at(payload, {"pull_request", "base", "sha"}));
  event.head_sha = commit_or_empty(text_at(payload, {"pull_request", "head", "sha"}));
}

/// A merge queue tests what would be on the target branch: a pull request without a number.
void read_merge_group(const Json& payload, Event& event) {
  event.kind = EventKind::pull_request;
  event.branch = after_prefix(text_at(payload, {"merge_group", "head_ref"}), "refs/heads/");
  event.target_branch = after_prefix(text_at(payload, {"merge_group", "base_ref"}), "refs/heads/");
  event.base_sha = commit_or_empty(text_at(payload, {"merge_group", "base_sha"}));
}

void read_github_ref(const EnvMap& environment, Event& event) {
  const std::string ref = variable(environment, "GITHUB_REF");
  event.branch = after_prefix(ref, "refs/heads/");
  event.tag = after_prefix(ref, "refs/tags/");
  // GITHUB_REF_TYPE says `branch` or `tag`, GITHUB_REF_NAME its short name: for runners that know
  // no GITHUB_REF.
  const std::string type = variable(environment, "GITHUB_REF_TYPE");
  const std::string name = variable(environment, "GITHUB_REF_NAME");
  if (ref.empty() && type == "branch") event.branch = name;
  if (ref.empty() && type == "tag") event.tag = name;
}

void read_push(const Json& payload, CiContext& context) {
  Event& event = context.event;
  event.kind = event.tag.empty() ? EventKind::push : EventKind::tag;
  event.base_sha = commit_or_empty(text_at(payload, {"before"}));
  const Json& commit = at(payload, {"head_commit"});
  context.git.message = text_at(commit, {"message"});
  const std::string name = text_at(commit, {"author", "name"});
  if (!name.empty()) context.git.author = name + " <" + text_at(commit, {"author", "email"}) + ">";
}

void read_event(const EnvMap& environment, const Json& payload, CiContext& context) {
  const std::string name = variable(environment, "GITHUB_EVENT_NAME");
  Event& event = context.event;
  // pull_request_target, pull_request_review and pull_request_review_comment carry the same.
  if (name.starts_with("pull_request")) return read_pull_request(environment, payload, event);
  if (name == "merge_group") return read_merge_group(payload, event);
  read_github_ref(environment, event);
  if (name == "push") return read_push(payload, context);
  // A release, and a tag made in the browser, run on the tag's ref.
  if ((name == "release" || name == "create") && !event.tag.empty()) event.kind = EventKind::tag;
}

}  // namespace

std::optional<CiContext> read_github(const EnvMap& environment) {
  if (variable(environment, "GITHUB_ACTIONS") != "true") return std::nullopt;
  CiContext context;
  context.event.ci = "github";
  read_event(environment, read_payload(environment), context);
  set_commit(context, variable(environment, "GITHUB_SHA"));
  const std::string server = variable(environment, "GITHUB_SERVER_URL");
  const std::string repository = variable(environment, "GITHUB_REPOSITORY");
  if (!server.empty() && !repository.empty())
    context.git.remote = without_credentials(server + "/" + repository + ".git");
  return context;
}

}  // namespace pipectl::git
