#include "plugins/cdevents/cdevents.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/base/percent.hpp"
#include "core/base/sha256.hpp"
#include "plugins/notify/posting.hpp"

namespace pipectl::notifiers {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view spec_version = "0.5.1";
constexpr std::string_view type_version = "0.3.0";
constexpr int waits_for_approval = 4;  ///< exit code of such a run

struct Settings {
  std::string url;
  std::string source;  ///< URI reference; empty: made from the pipeline's name
  std::string token;   ///< name of the secret for `Authorization: Bearer`; may be empty
};

/// A UUID (version 8) that is the same for the same thing, so that a receiver can tell a
/// repetition.
std::string uuid_of(const std::string& what) {
  std::string hex = sha256_hex(what).substr(0, 32);
  hex[12] = '8';
  hex[16] = '8';
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                     hex.substr(16, 4), hex.substr(20));
}

std::string_view outcome_of(Status status) {
  if (is_success(status) || status == Status::skipped) return "success";
  if (status == Status::cancelled) return "cancel";
  const bool own =
      status == Status::failed || status == Status::timed_out || status == Status::rolled_back;
  return own ? "failure" : "error";
}

std::string_view outcome_of(int exit_code) {
  if (exit_code == 0) return "success";
  if (exit_code > 128) return "cancel";
  return exit_code == 1 || exit_code == 5 || exit_code == 6 ? "failure" : "error";
}

/// One event: what it is about and what there is to say.
struct Said {
  std::string subject;    ///< type: `pipelineRun`
  std::string predicate;  ///< `finished`
  std::string id;         ///< of the subject
  Json content;
};

class CdEvents final : public Notifier {
 public:
  explicit CdEvents(Settings settings) : settings_(std::move(settings)) {}

  [[nodiscard]] std::vector<std::string> secrets() const override {
    return settings_.token.empty() ? std::vector<std::string>{} : std::vector{settings_.token};
  }

  [[nodiscard]] std::vector<OutboxItem> on(const RunEvent& event,
                                           const RunStory& story) const override {
    std::vector<OutboxItem> items;
    for (const Said& said : all_of(event, story)) items.push_back(item(said, event, story));
    return items;
  }

  [[nodiscard]] Attempt<> deliver(const OutboxItem& item, Delivery& delivery) const override {
    const Json body = TRY(parsed(item, "cdevents"));
    const Json context = body.value("context", Json::object());
    const auto subject = text_at(body.value("subject", Json::object()), "id");
    Post post;
    post.url = settings_.url;
    post.body = dumped(body);
    post.content_type = "application/cdevents+json; charset=utf-8";
    post.headers = {{"ce-specversion", "1.0"},
                    {"ce-id", text_at(context, "id")},
                    {"ce-source", text_at(context, "source")},
                    {"ce-type", text_at(context, "type")},
                    {"ce-subject", subject},
                    {"ce-time", text_at(context, "timestamp")}};
    if (!settings_.token.empty())
      post.headers.emplace_back("Authorization", "Bearer " + delivery.secrets.at(settings_.token));
    TRY(send(post, "cdevents", delivery));
    return {};
  }

 private:
  [[nodiscard]] static std::vector<Said> all_of(const RunEvent& event, const RunStory& story) {
    const RunOrigin& origin = story.origin();
    Json run{{"pipelineName", origin.pipeline}, {"uri", uri_of(event, origin)}};
    if (std::holds_alternative<event::RunStarted>(event.what))
      return {{"pipelineRun", "started", event.run, std::move(run)}};
    if (const auto* over = std::get_if<event::RunFinished>(&event.what)) {
      if (over->exit_code == waits_for_approval) return {};  // it goes on later
      run["outcome"] = outcome_of(over->exit_code);
      if (over->exit_code != 0) run["errors"] = story.summary();
      return {{"pipelineRun", "finished", event.run, std::move(run)}};
    }
    return of_stage(event, story);
  }

  /// The page of the CI job; a run that has none has a name, for one is wanted.
  [[nodiscard]] static std::string uri_of(const RunEvent& event, const RunOrigin& origin) {
    return origin.url.empty() ? "urn:uuid:" + uuid_of(event.run) : origin.url;
  }

  [[nodiscard]] static std::vector<Said> of_stage(const RunEvent& event, const RunStory& story) {
    const auto* begun = std::get_if<event::StageStarted>(&event.what);
    const auto* done = std::get_if<event::StageFinished>(&event.what);
    const auto* stage = begun != nullptr  ? story.stage(begun->stage)
                        : done != nullptr ? story.stage(done->stage)
                                          : nullptr;
    if (stage == nullptr || (begun != nullptr && begun->attempt > 1)) return {};
    // A task that never ran has no run.
    if (done != nullptr && stage->attempt == 0) return {};
    const auto id = event.run + "/" + percent_encoded(stage->name);
    Json task{{"taskName", stage->name},
              {"pipelineRun", {{"id", event.run}}},
              {"uri", uri_of(event, story.origin())}};
    if (begun != nullptr) return {{"taskRun", "started", id, std::move(task)}};
    task["outcome"] = outcome_of(done->outcome.status);
    if (!done->outcome.reason.empty()) task["errors"] = done->outcome.reason;
    std::vector<Said> all{{"taskRun", "finished", id, std::move(task)}};
    add_service(*stage, story, all);
    return all;
  }

  /// A deploy that holds is a service that was deployed; one that was undone is one rolled back.
  static void add_service(const StageStory& stage, const RunStory& story, std::vector<Said>& all) {
    const RunOrigin& origin = story.origin();
    if (stage.environment.empty() || origin.git.sha.empty()) return;
    const Status status = stage.outcome->status;
    const bool back = status == Status::rolled_back;
    if (!back && status != Status::succeeded && status != Status::warned) return;
    const auto artifact =
        fmt::format("pkg:generic/{}@{}", percent_encoded(origin.pipeline), origin.git.sha);
    all.push_back({"service", back ? "rolledback" : "deployed",
                   percent_encoded(origin.pipeline) + "/" + percent_encoded(stage.environment),
                   Json{{"environment", {{"id", stage.environment}}}, {"artifactId", artifact}}});
  }

  [[nodiscard]] OutboxItem item(const Said& said, const RunEvent& event,
                                const RunStory& story) const {
    const auto source = settings_.source.empty()
                            ? "/pipectl/" + percent_encoded(story.origin().pipeline)
                            : settings_.source;
    std::string word = said.subject;
    for (char& c : word)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    const auto type = fmt::format("dev.cdevents.{}.{}.{}", word, said.predicate, type_version);
    const auto id = uuid_of(
        fmt::format("{} {} {} {}", event.run, type, said.id, event.at.time_since_epoch().count()));
    const Json body{{"context",
                     {{"specversion", spec_version},
                      {"id", id},
                      {"chainId", uuid_of(event.run)},
                      {"source", source},
                      {"type", type},
                      {"timestamp", iso8601(event.at)}}},
                    {"subject", {{"id", said.id}, {"source", source}, {"content", said.content}}}};
    return {"cdevent/" + id, {}, dumped(body)};
  }

  Settings settings_;
};

class CdEventsKind final : public NotifierKind {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "cdevents"; }
  [[nodiscard]] std::string_view summary() const noexcept override {
    return "CDEvents of runs, stages and deploys, as CloudEvents over HTTP";
  }
  [[nodiscard]] std::vector<KeyDoc> keys() const override {
    return {{"url", R"({"type":"string"})", "Where to send them"},
            {"source", R"({"type":"string"})",
             "Who sends them, a URI reference; default: `/pipectl/NAME`"},
            {"token", R"({"$ref":"#/$defs/name"})", "The secret for `Authorization: Bearer`"}};
  }
  [[nodiscard]] std::unique_ptr<Notifier> parse(yaml::Reader& reader,
                                                const NotifyContext& context) const override {
    const std::size_t errors = context.diagnostics.error_count();
    Settings settings;
    settings.url = read_url(reader, "url").value_or("");
    settings.source = read_plain_text(reader, "source").value_or("");
    settings.token = read_secret_name(reader, "token", context).value_or("");
    if (!reader.node("url"))
      context.diagnostics.error(reader.self().span(), "cdevents needs a URL", "give it `url`");
    if (context.diagnostics.error_count() > errors) return nullptr;
    return std::make_unique<CdEvents>(std::move(settings));
  }
};

}  // namespace

std::unique_ptr<NotifierKind> make_cdevents_notifier() { return std::make_unique<CdEventsKind>(); }

}  // namespace pipectl::notifiers
