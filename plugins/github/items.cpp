#include "plugins/github/items.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/text.hpp"
#include "plugins/github/repository.hpp"
#include "plugins/github/words.hpp"
#include "plugins/notify/posting.hpp"

namespace pipectl::github {
namespace {

using Ordered = nlohmann::ordered_json;

/// With more stages than this only those that fail get a status of their own: GitHub takes 80
/// writes a minute, and nobody reads a list of hundreds.
constexpr std::size_t most_stage_statuses = 50;
constexpr std::size_t most_of_a_summary = 60'000;  ///< bytes; GitHub takes 65,535
constexpr std::size_t most_of_a_title = 200;

std::string_view level_word(Annotation::Level level) {
  if (level == Annotation::Level::failure) return "failure";
  return level == Annotation::Level::warning ? "warning" : "notice";
}

/// Makes the posts of one event.
class Items {
 public:
  Items(const Settings& settings, const RunEvent& event, const RunStory& story)
      : settings_(settings),
        event_(event),
        story_(story),
        origin_(story.origin()),
        repository_(repository_for(settings.repository, origin_.host, origin_.git)),
        sha_(origin_.event.head_sha.empty() ? origin_.git.sha : origin_.event.head_sha) {}

  std::vector<OutboxItem> take() {
    if (repository_.empty()) return {};
    if (!sha_.empty() && tells_the_commit()) {
      run_status();
      stage_status();
      deployment();
    }
    comment();
    issue();
    for (std::size_t i = 0; i < settings_.dispatches.size(); ++i) dispatch(i);
    return std::move(items_);
  }

 private:
  /// What a working tree with changes shows says nothing of the commit. A CI job's tree is that of
  /// the commit, whatever earlier steps have put into it.
  [[nodiscard]] bool tells_the_commit() const {
    return !origin_.git.dirty || !origin_.event.ci.empty();
  }
  [[nodiscard]] bool begins() const {
    return std::holds_alternative<event::RunStarted>(event_.what);
  }
  [[nodiscard]] bool ends() const {
    return std::holds_alternative<event::RunFinished>(event_.what);
  }

  /// The stage that the event is about, when it has begun or ended.
  [[nodiscard]] const StageStory* stage() const {
    if (const auto* begun = std::get_if<event::StageStarted>(&event_.what))
      return begun->attempt == 1 ? story_.stage(begun->stage) : nullptr;
    if (const auto* done = std::get_if<event::StageFinished>(&event_.what))
      return story_.stage(done->stage);
    return nullptr;
  }

  void add(std::string key, std::string supersedes, Ordered payload) {
    payload["repository"] = repository_;
    if (const auto where = residence_of(origin_.git.remote); !where.empty())
      payload["remote"] = where;
    items_.push_back({std::move(key), std::move(supersedes), notifiers::dumped(payload)});
  }
  void add_latest(const std::string& key, Ordered payload) { add(key, key, std::move(payload)); }
  /// Of the run as a whole: how it ended must not wait for what is said of each stage.
  void add_of_run(const std::string& key, Ordered payload) {
    add_latest(key, std::move(payload));
    items_.back().first = ends();
  }

  [[nodiscard]] Ordered status(const std::string& context, std::string_view state,
                               const std::string& description) const {
    Ordered payload{{"do", "status"},
                    {"sha", sha_},
                    {"state", state},
                    {"context", context},
                    {"description", description}};
    if (origin_.url.starts_with("http")) payload["target_url"] = origin_.url;
    return payload;
  }

  void run_status() {
    if (!begins() && !ends()) return;
    const auto words = words_for(story_);
    const auto payload = status(settings_.context, words.status, description_of(story_));
    if (settings_.checks)
      check(payload, words);
    else if (settings_.statuses != Settings::Statuses::none)
      add_of_run(fmt::format("status/{}/{}", sha_, settings_.context), payload);
  }

  /// A token that may not make checks makes the status instead.
  void check(const Ordered& fallback, const StateWords& words) {
    Ordered payload{{"do", "check"},
                    {"sha", sha_},
                    {"name", settings_.context},
                    {"run", event_.run},
                    {"started_at", iso8601(story_.started())},
                    {"title", cut(title_of(story_), most_of_a_title)},
                    {"summary", report_of(story_, most_of_a_summary)},
                    {"status", fallback},
                    {"annotations", annotations()}};
    if (!words.conclusion.empty()) {
      payload["conclusion"] = words.conclusion;
      payload["completed_at"] = iso8601(event_.at);
    }
    if (origin_.url.starts_with("http")) payload["details_url"] = origin_.url;
    add_of_run("check/" + event_.run, std::move(payload));
  }

  /// GitHub takes 50 with a request; with more than 500 nobody looks at them.
  [[nodiscard]] Ordered annotations() const {
    constexpr std::size_t most = 500;
    constexpr std::size_t most_of_a_message = 4'000;
    Ordered list = Ordered::array();
    if (!ends()) return list;
    for (const Annotation& one : story_.annotations()) {
      if (list.size() == most) break;
      const auto line = std::max<std::uint32_t>(1, one.line);
      const auto message = one.message.empty() ? one.title : one.message;
      list.push_back({{"path", one.path},
                      {"start_line", line},
                      {"end_line", line},
                      {"annotation_level", level_word(one.level)},
                      {"title", cut(one.title, most_of_a_title)},
                      {"message", cut(message, most_of_a_message)}});
    }
    return list;
  }

  void stage_status() {
    if (settings_.statuses != Settings::Statuses::stages) return;
    const auto* const about = stage();
    if (about == nullptr) return;
    const auto words = words_for(*about);
    const bool bad = words.status == "failure" || words.status == "error";
    if (story_.stages().size() > most_stage_statuses && !bad) return;
    const auto context = settings_.context + "/" + about->name;
    add_latest(fmt::format("status/{}/{}", sha_, context),
               status(context, words.status, description_of(*about)));
  }

  void deployment() {
    const auto* const about = settings_.deployments ? stage() : nullptr;
    if (about == nullptr || about->environment.empty()) return;
    // What never began was never deployed.
    if (about->attempt == 0) return;
    Ordered payload{{"do", "deployment"},
                    {"sha", sha_},
                    {"environment", about->environment},
                    {"run", event_.run},
                    {"stage", about->name},
                    {"state", words_for(*about).deployment},
                    {"description", description_of(*about)}};
    if (about->environment_url.starts_with("http"))
      payload["environment_url"] = about->environment_url;
    if (origin_.url.starts_with("http")) payload["log_url"] = origin_.url;
    add_latest(fmt::format("deployment/{}/{}", event_.run, about->name), std::move(payload));
  }

  void comment() {
    const bool turns =
        ends() || begins() ||
        (std::holds_alternative<event::StageFinished>(event_.what) && !story_.failures().empty());
    if (!settings_.comment || !origin_.event.number || !turns) return;
    const auto marker = fmt::format("<!-- pipectl:{}:{} -->", settings_.context, origin_.pipeline);
    Ordered payload{{"do", "comment"}, {"number", *origin_.event.number}, {"marker", marker}};
    payload["body"] = marker + "\n" + report_of(story_, most_of_a_summary);
    add_of_run(fmt::format("comment/{}", *origin_.event.number), std::move(payload));
  }

  void issue() {
    const auto branch = origin_.git.branch;
    if (!settings_.issues.wanted || !ends() || branch.empty() || origin_.event.number) return;
    if (!covers(settings_.issues.branches, branch)) return;
    const int code = story_.end()->exit_code;
    const bool failed = code != 0 && code != 4 && code <= 128;
    if (!failed && (code != 0 || origin_.before == RunOrigin::Before::succeeded)) return;
    Ordered payload{{"do", "issue"}, {"failed", failed}, {"run", event_.run}};
    payload["marker"] =
        fmt::format("<!-- pipectl:{}:{}:{} -->", settings_.context, origin_.pipeline, branch);
    payload["title"] =
        cut(fmt::format("{} fails on {}", origin_.pipeline, branch), most_of_a_title);
    payload["body"] = report_of(story_, most_of_a_summary);
    payload["labels"] = settings_.issues.labels;
    payload["assignees"] = settings_.issues.assignees;
    add(fmt::format("issue/{}/{}", branch, event_.run), {}, std::move(payload));
  }

  void dispatch(std::size_t index) {
    const Dispatch& wanted = settings_.dispatches[index];
    const auto now = occasions(event_, story_);
    const bool due = std::ranges::any_of(
        now, [&](Occasion one) { return std::ranges::find(wanted.on, one) != wanted.on.end(); });
    if (!due || !covers(wanted.branches, story_.ref())) return;
    Ordered payload{{"do", "dispatch"}};
    Ordered values = Ordered::object();
    for (const auto& [name, value] : wanted.inputs) values[name] = value;
    if (wanted.workflow.empty()) {
      payload["event_type"] = wanted.event_type;
    } else {
      payload["workflow"] = wanted.workflow;
      payload["ref"] = wanted.ref.empty() ? story_.ref() : wanted.ref;
    }
    payload["values"] = std::move(values);
    add(fmt::format("dispatch/{}/{}/{}", event_.run, index, event_.at.time_since_epoch().count()),
        {}, std::move(payload));
  }

  const Settings& settings_;
  const RunEvent& event_;
  const RunStory& story_;
  const RunOrigin& origin_;
  const std::string repository_;
  const std::string sha_;
  std::vector<OutboxItem> items_;
};

}  // namespace

std::vector<OutboxItem> items_for(const Settings& settings, const RunEvent& event,
                                  const RunStory& story) {
  return Items(settings, event, story).take();
}

}  // namespace pipectl::github
