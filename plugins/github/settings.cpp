#include "plugins/github/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/base/text.hpp"
#include "core/config/values.hpp"
#include "plugins/github/repository.hpp"

namespace pipectl::github {
namespace {

constexpr std::size_t most_inputs = 25;
constexpr std::size_t most_payload_keys = 10;
constexpr std::size_t longest_event_type = 100;

std::vector<std::string> read_globs(yaml::Reader& reader, std::string_view key) {
  return config::read_literals(reader, key, config::check_glob);
}

std::string read_repository(yaml::Reader& reader, const NotifyContext& context) {
  const auto text = read_plain_text(reader, "repository");
  if (!text || is_repository(*text)) return text.value_or("");
  context.diagnostics.error(reader.node("repository")->span(),
                            fmt::format("'{}' is no repository", printable(*text)),
                            "write OWNER/NAME");
  return {};
}

/// `statuses: false`, `run` or `stages`.
Settings::Statuses read_statuses(yaml::Reader& reader) {
  using enum Settings::Statuses;
  const auto node = reader.node("statuses");
  if (!node) return run;
  if (!node->is_string() && node->text() == "false") return none;
  if (!node->is_string() && node->text() == "true") return run;
  constexpr std::array<std::string_view, 2> words{"run", "stages"};
  const auto word = yaml::read_choice(*node, "statuses", words, reader.diagnostics());
  return word == "stages" ? stages : run;
}

Issues read_issues(yaml::Reader& reader, const NotifyContext& context) {
  Issues issues;
  const auto node = reader.node("issues");
  if (!node) return issues;
  issues.branches = {"main", "master"};
  if (node->kind() != yaml::Kind::mapping) {
    issues.wanted = yaml::read_boolean(*node, "issues", context.diagnostics).value_or(false);
    return issues;
  }
  issues.wanted = true;
  yaml::Reader keys(*node, "'issues'", context.diagnostics);
  if (auto branches = read_globs(keys, "branches"); !branches.empty())
    issues.branches = std::move(branches);
  issues.labels = read_plain_texts(keys, "labels");
  issues.assignees = read_plain_texts(keys, "assignees");
  keys.finish();
  return issues;
}

std::vector<std::pair<std::string, std::string>> read_pairs(yaml::Reader& reader,
                                                            std::string_view key,
                                                            std::size_t most) {
  std::vector<std::pair<std::string, std::string>> pairs;
  const auto node = reader.node(key);
  if (!node) return pairs;
  auto& diagnostics = reader.diagnostics();
  const yaml::Reader whole(*node, fmt::format("'{}'", key), diagnostics);
  for (const auto& [name, value] : node->entries()) {
    const auto text = yaml::read_string(value, name.text(), diagnostics);
    if (text && config::check_literal(value, name.text(), diagnostics))
      pairs.emplace_back(name.text(), *text);
  }
  if (node->size() > most)
    diagnostics.error(node->span(), fmt::format("'{}' has more than {} keys", key, most),
                      "GitHub takes no more");
  return pairs;
}

Dispatch read_dispatch(yaml::Node node, const NotifyContext& context) {
  Dispatch dispatch;
  yaml::Reader reader(node, "a dispatch", context.diagnostics);
  dispatch.workflow = read_plain_text(reader, "workflow").value_or("");
  dispatch.event_type = read_plain_text(reader, "event_type").value_or("");
  dispatch.ref = read_plain_text(reader, "ref").value_or("");
  const bool workflow = reader.node("workflow").has_value();
  const bool event = reader.node("event_type").has_value();
  if (workflow == event && node.kind() == yaml::Kind::mapping)
    context.diagnostics.error(node.span(), "a dispatch starts a workflow or sends an event",
                              "give it either `workflow` or `event_type`");
  if (dispatch.event_type.size() > longest_event_type)
    context.diagnostics.error(reader.node("event_type")->span(),
                              "'event_type' is longer than 100 characters");
  dispatch.inputs = workflow ? read_pairs(reader, "inputs", most_inputs)
                             : read_pairs(reader, "payload", most_payload_keys);
  dispatch.on = read_occasions(reader, {Occasion::success});
  dispatch.branches = read_globs(reader, "branches");
  reader.finish();
  return dispatch;
}

std::vector<Dispatch> read_dispatches(yaml::Reader& reader, const NotifyContext& context) {
  std::vector<Dispatch> dispatches;
  const auto node = reader.node("dispatch");
  if (!node) return dispatches;
  if (node->kind() != yaml::Kind::sequence) return {read_dispatch(*node, context)};
  for (const yaml::Node item : node->items()) dispatches.push_back(read_dispatch(item, context));
  return dispatches;
}

constexpr std::string_view boolean = R"({"type":"boolean"})";

}  // namespace

bool covers(const std::vector<std::string>& globs, const std::string& ref) {
  return globs.empty() ||
         std::ranges::any_of(globs, [&](const auto& glob) { return glob_match(glob, ref); });
}

std::vector<KeyDoc> keys() {
  return {
      {"token", R"({"$ref":"#/$defs/name"})", "The secret with the token"},
      {"repository", R"({"type":"string"})",
       "OWNER/NAME; default: that of the CI job, or of the remote `origin`"},
      {"statuses", R"({"enum":["run","stages",true,false]})",
       "Commit statuses: one for the run (the default), or one for each stage, too"},
      {"context", R"({"type":"string"})", "What statuses and checks are called; default: pipectl"},
      {"checks", boolean,
       "A check run with annotations where the token may make one, else a status"},
      {"comment", boolean, "A comment on the pull request, kept up to date"},
      {"deployments", boolean, "A deployment for each stage that deploys to an environment"},
      {"issues", R"({"type":["boolean","object"]})",
       "An issue when main fails, closed when it recovers: `true`, or `{branches, labels, "
       "assignees}`"},
      {"dispatch", R"({"type":["array","object"],"items":{"type":"object"}})",
       "Workflows to start, events to send: `{workflow: e2e.yml, on: [success], inputs: {…}}`"}};
}

std::optional<Settings> read_settings(yaml::Reader& reader, const NotifyContext& context) {
  const std::size_t errors = context.diagnostics.error_count();
  Settings settings;
  settings.token = read_secret_name(reader, "token", context).value_or("");
  if (!reader.node("token"))
    context.diagnostics.error(reader.self().span(), "github needs a token",
                              "write `token: SECRET` with the name of a secret");
  settings.repository = read_repository(reader, context);
  settings.context = read_plain_text(reader, "context").value_or(settings.context);
  settings.statuses = read_statuses(reader);
  settings.checks = reader.boolean("checks").value_or(false);
  settings.comment = reader.boolean("comment").value_or(false);
  settings.deployments = reader.boolean("deployments").value_or(false);
  settings.issues = read_issues(reader, context);
  settings.dispatches = read_dispatches(reader, context);
  if (context.diagnostics.error_count() > errors) return std::nullopt;
  return settings;
}

}  // namespace pipectl::github
