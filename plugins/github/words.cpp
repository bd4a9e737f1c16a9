#include "plugins/github/words.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"

namespace pipectl::github {
namespace {

constexpr std::size_t most_of_a_description = 140;
constexpr std::size_t most_of_a_cell = 300;

std::string cell(std::string_view text) { return plain_markdown(cut(text, most_of_a_cell)); }

std::string_view sign_of(const StageStory& stage) {
  const auto& outcome = stage.outcome;
  if (!outcome) return stage.attempt == 0 ? "·" : "⏳";
  if (outcome->status == Status::warned) return "⚠️";
  if (is_success(outcome->status)) return "✅";
  if (outcome->status == Status::skipped) return "⏭️";
  return outcome->status == Status::waiting ? "✋" : "❌";
}

std::string what_of(const StageStory& stage) {
  if (!stage.outcome) return {};
  return stage.outcome->reason.empty() ? stage.outcome->summary : stage.outcome->reason;
}

std::string row_of(const StageStory& stage) {
  const auto state = stage.outcome        ? to_string(stage.outcome->status)
                     : stage.attempt == 0 ? std::string_view("queued")
                                          : std::string_view("running");
  const auto took =
      stage.outcome && stage.attempt > 0 ? human_duration(stage.outcome->duration) : std::string{};
  return fmt::format("| {} {} | {} | {} | {} |\n", sign_of(stage), cell(stage.name), state, took,
                     cell(what_of(stage)));
}

bool is_waiting(const RunStory& story) {
  constexpr int waiting = 4;
  return story.end() && story.end()->exit_code == waiting;
}

std::string_view word_of(const RunStory& story) {
  if (!story.end()) return "runs";
  const int code = story.end()->exit_code;
  if (code == 0) return "passed";
  if (is_waiting(story)) return "waits for an approval";
  return code > 128 ? "was interrupted" : "failed";
}

}  // namespace

StateWords words_for(const RunStory& story) noexcept {
  if (!story.end()) return {"pending", "", "in_progress"};
  switch (story.end()->exit_code) {
    case 0:
      return {"success", "success", "success"};
    case 4:
      return {"pending", "action_required", "pending"};
    case 1:
    case 5:
    case 6:
      return {"failure", "failure", "failure"};
    default:
      break;
  }
  const bool interrupted = story.end()->exit_code > 128;
  return {"error", interrupted ? "cancelled" : "failure", "error"};
}

StateWords words_for(const StageStory& stage) noexcept {
  if (!stage.outcome) return {"pending", "", "in_progress"};
  switch (stage.outcome->status) {
    case Status::succeeded:
    case Status::warned:
    case Status::cached:
      return {"success", "success", "success"};
    case Status::skipped:
      return {"success", "skipped", "inactive"};
    case Status::waiting:
      return {"pending", "action_required", "pending"};
    case Status::failed:
    case Status::rolled_back:
      return {"failure", "failure", "failure"};
    case Status::timed_out:
      return {"failure", "timed_out", "failure"};
    case Status::cancelled:
      return {"error", "cancelled", "error"};
    case Status::infra:
    case Status::bug:
      break;
  }
  return {"error", "failure", "error"};
}

std::string description_of(const RunStory& story) {
  return cut_to_characters(printable(story.summary()), most_of_a_description);
}

std::string description_of(const StageStory& stage) {
  std::string text;
  if (!stage.outcome) {
    text = "running";
  } else {
    text = to_string(stage.outcome->status);
    if (stage.attempt > 0) text += " in " + human_duration(stage.outcome->duration);
    const bool asks = stage.outcome->status == Status::waiting && !stage.outcome->hint.empty();
    if (asks) text += ": " + stage.outcome->hint;  // first: what comes last is cut
    if (const auto what = what_of(stage); !what.empty()) text += (asks ? " · " : ": ") + what;
  }
  return cut_to_characters(printable(text), most_of_a_description);
}

std::string plain_markdown(std::string_view text) {
  std::string result;
  for (const char c : printable(text)) {
    if (c == '&')
      result += "&amp;";
    else if (c == '<')
      result += "&lt;";
    else if (c == '>')
      result += "&gt;";
    else if (c == '@')  // would notify whoever is called so
      result += "&#64;";
    else if (c == '#')  // would refer to an issue
      result += "&#35;";
    else if (std::string_view("\\`*_[]|~").find(c) != std::string_view::npos)
      result += {'\\', c};
    else
      result += c;
  }
  return result;
}

std::string title_of(const RunStory& story) {
  const auto ref = story.ref();
  return fmt::format("{} #{} {}{}{}", story.origin().pipeline, story.origin().number,
                     word_of(story), ref.empty() ? "" : " on ", ref);
}

std::string report_of(const RunStory& story, std::size_t most) {
  const RunOrigin& origin = story.origin();
  std::string text =
      fmt::format("### {} {}{}\n\n", plain_markdown(origin.pipeline), word_of(story),
                  story.end() ? " in " + human_duration(story.end()->duration) : std::string{});
  text += plain_markdown(story.summary()) + "\n\n";
  if (is_waiting(story))
    text += fmt::format("To go on:\n\n    {}\n\n", printable(story.end()->resume_hint));
  if (origin.url.starts_with("http")) text += fmt::format("[Log]({})\n\n", origin.url);
  if (story.stages().empty()) return cut(text, most);
  text += "| stage | result | time | |\n|---|---|---|---|\n";
  constexpr std::size_t reserve = 100;
  std::size_t shown = 0;
  for (const StageStory& stage : story.stages()) {
    const auto row = row_of(stage);
    if (text.size() + row.size() + reserve > most) break;
    text += row;
    ++shown;
  }
  if (shown < story.stages().size())
    text += fmt::format("\n… and {} more\n", story.stages().size() - shown);
  return text;
}

}  // namespace pipectl::github
