#include "plugins/slack/blocks.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"
#include "plugins/notify/story_json.hpp"

namespace pipectl::notifiers::slack {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_blocks = 50;
constexpr std::size_t most_in_a_section = 3'000;
constexpr std::size_t most_in_a_context = 2'000;
constexpr std::size_t most_in_all = 12'000;
constexpr std::size_t most_of_a_reason = 600;
constexpr std::size_t most_of_a_log = 2'000;

std::string_view sign_of(const RunStory& story) {
  const auto outcome = outcome_of(story);
  if (outcome == "running") return "⏳";
  if (outcome == "succeeded") return "✅";
  return outcome == "waiting" ? "✋" : "❌";
}

std::string_view word_of(const RunStory& story) {
  const auto outcome = outcome_of(story);
  if (outcome == "running") return "runs";
  if (outcome == "waiting") return "waits for an approval";
  if (outcome == "interrupted") return "was interrupted";
  if (outcome == "failed") return "failed";
  return story.origin().before == RunOrigin::Before::failed ? "is back to normal" : "passed";
}

std::string shortened(std::string_view text, std::size_t most) {
  return escaped(cut(printable(text), most));
}

/// `name #12`, a link where there is a page.
std::string title_of(const RunStory& story) {
  const RunOrigin& origin = story.origin();
  const auto name = fmt::format("{} #{}", shortened(origin.pipeline, 100), origin.number);
  if (origin.url.empty()) return "*" + name + "*";
  return fmt::format("*<{}|{}>*", escaped(origin.url), name);
}

std::string headline(const RunStory& story) {
  std::string text = fmt::format("{} {} {}", sign_of(story), title_of(story), word_of(story));
  if (const auto ref = story.ref(); !ref.empty())
    text += fmt::format(" on `{}`", shortened(ref, 100));
  if (story.end()) text += " · " + human_duration(story.end()->duration);
  return text;
}

/// For a notification, where markup is not shown.
std::string plain(const RunStory& story) {
  const RunOrigin& origin = story.origin();
  const auto ref = story.ref();
  return fmt::format("{} {} #{} {}{}{}: {}", sign_of(story), shortened(origin.pipeline, 100),
                     origin.number, word_of(story), ref.empty() ? "" : " on ", shortened(ref, 100),
                     shortened(story.summary(), 500));
}

std::string commit_line(const RunStory& story) {
  const GitInfo& git = story.origin().git;
  if (git.sha.empty()) return {};
  const auto subject = std::string_view(git.message).substr(0, git.message.find('\n'));
  const auto author = std::string_view(git.author).substr(0, git.author.find(" <"));
  auto line = fmt::format("`{}` {}", git.sha.substr(0, 7), shortened(subject, 200));
  if (!author.empty()) line += " — " + shortened(author, 80);
  return line;
}

std::string stage_line(const StageStory& stage) {
  const Outcome& outcome = *stage.outcome;
  auto line = fmt::format("❌ *{}* {}", shortened(stage.name, 150), to_string(outcome.status));
  if (!outcome.reason.empty()) line += ": " + shortened(outcome.reason, most_of_a_reason);
  return line;
}

void add_commit(Blocks& blocks, const RunStory& story) {
  if (const auto line = commit_line(story); !line.empty()) blocks.context(line);
}

Json message(const std::string& text, Blocks& blocks) {
  return Json{{"text", cut(text, most_in_a_section)}, {"blocks", blocks.take()}};
}

std::string behind(std::string_view mentions, const std::string& text) {
  return mentions.empty() ? text : fmt::format("{} {}", mentions, text);
}

/// The end of a text in whole lines.
std::string last_lines(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string(text);
  const auto begin = text.find('\n', text.size() - most);
  return begin == std::string_view::npos ? cut(text.substr(text.size() - most / 2), most)
                                         : std::string(text.substr(begin + 1));
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '&')
      result += "&amp;";
    else if (c == '<')
      result += "&lt;";
    else if (c == '>')
      result += "&gt;";
    else
      result += c;
  }
  return result;
}

bool Blocks::add(std::string_view type, std::string_view markup, std::size_t most) {
  const auto text = cut(markup, most);
  // The last block is kept for what is left out.
  if (blocks_.size() + 1 >= most_blocks || bytes_ + text.size() > most_in_all) {
    ++left_out_;
    return false;
  }
  bytes_ += text.size();
  Json element{{"type", "mrkdwn"}, {"text", text}};
  if (type == "context")
    blocks_.push_back({{"type", type}, {"elements", Json::array({element})}});
  else
    blocks_.push_back({{"type", type}, {"text", element}});
  return true;
}

void Blocks::section(std::string_view markup) { add("section", markup, most_in_a_section); }
void Blocks::context(std::string_view markup) { add("context", markup, most_in_a_context); }

Json Blocks::take() {
  if (left_out_ > 0) {
    const Json element{{"type", "mrkdwn"}, {"text", fmt::format("… and {} more", left_out_)}};
    blocks_.push_back({{"type", "context"}, {"elements", Json::array({element})}});
  }
  left_out_ = 0;
  return std::exchange(blocks_, Json::array());
}

Json run_message(const RunStory& story, std::string_view mentions) {
  Blocks blocks;
  blocks.section(behind(mentions, headline(story)));
  add_commit(blocks, story);
  blocks.context(shortened(story.summary(), 1'000));
  if (story.end() && !story.end()->resume_hint.empty() && story.end()->exit_code != 0)
    blocks.context(fmt::format("`{}`", shortened(story.end()->resume_hint, 200)));
  for (const StageStory* stage : story.failures()) blocks.section(stage_line(*stage));
  return message(behind(mentions, plain(story)), blocks);
}

Json stage_message(const RunStory& story, const StageStory& stage) {
  Blocks blocks;
  blocks.section(stage_line(stage));
  if (!stage.outcome->hint.empty()) blocks.context(shortened(stage.outcome->hint, 500));
  const auto tail = story.origin().log_tail ? story.origin().log_tail(stage.name) : std::string{};
  // Escaping makes it longer, up to five times; a fence in it would end the block.
  auto log = escaped(last_lines(tail, most_of_a_log));
  for (auto at = log.find("```"); at != std::string::npos; at = log.find("```", at))
    log.replace(at, 3, "'''");
  if (!log.empty()) blocks.section("```" + cut(log, most_in_a_section - 6) + "```");
  return message(fmt::format("{} failed: {}", shortened(stage.name, 150),
                             shortened(stage.outcome->reason, most_of_a_reason)),
                 blocks);
}

Json approval_message(const RunStory& story, const StageStory& stage, std::string_view mentions) {
  Blocks blocks;
  const auto text =
      fmt::format("✋ {}: *{}* waits for an approval", title_of(story), shortened(stage.name, 150));
  blocks.section(behind(mentions, text));
  if (!stage.outcome->reason.empty())
    blocks.section(shortened(stage.outcome->reason, most_of_a_reason));
  if (!stage.outcome->hint.empty())
    blocks.section(fmt::format("`{}`", shortened(stage.outcome->hint, most_of_a_reason)));
  add_commit(blocks, story);
  return message(behind(mentions, fmt::format("{} #{}: {} waits for an approval",
                                              shortened(story.origin().pipeline, 100),
                                              story.origin().number, shortened(stage.name, 150))),
                 blocks);
}

Json alert_message(const RunStory& story, std::string_view what, std::string_view mentions) {
  Blocks blocks;
  const auto told = shortened(what, most_of_a_reason);
  blocks.section(behind(mentions, fmt::format("⚠️ {}: {}", title_of(story), told)));
  add_commit(blocks, story);
  return message(
      behind(mentions, fmt::format("⚠️ {} #{}: {}", shortened(story.origin().pipeline, 100),
                                   story.origin().number, told)),
      blocks);
}

}  // namespace pipectl::notifiers::slack
