#include "core/api/approval.hpp"

#include <fmt/format.h>

#include <charconv>

namespace pipectl {
namespace {

constexpr const char* decision_key = "approval.decision";
constexpr const char* by_key = "approval.by";
constexpr const char* at_key = "approval.at";
constexpr const char* comment_key = "approval.comment";
constexpr const char* asked_key = "approval.asked";
constexpr const char* until_key = "approval.until";

constexpr const char* approved = "approved";
constexpr const char* rejected = "rejected";

std::string recalled(const StageNotes& notes, const char* key) {
  const auto found = notes.find(key);
  return found == notes.end() ? std::string{} : found->second;
}

std::string to_note(WallTime time) {
  return std::to_string(std::chrono::duration_cast<Milliseconds>(time.time_since_epoch()).count());
}

std::optional<WallTime> recall_time(const StageNotes& notes, const char* key) {
  const std::string text = recalled(notes, key);
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || text.empty()) return std::nullopt;
  return WallTime{Milliseconds{count}};
}

}  // namespace

StageNotes to_notes(const ApprovalAnswer& answer) {
  const bool yes = answer.decision == ApprovalAnswer::Decision::approved;
  return {{decision_key, yes ? approved : rejected},
          {by_key, answer.by},
          {at_key, to_note(answer.at)},
          {comment_key, answer.comment}};
}

std::optional<ApprovalAnswer> recall_answer(const StageNotes& notes) {
  const std::string decision = recalled(notes, decision_key);
  if (decision != approved && decision != rejected) return std::nullopt;
  return ApprovalAnswer{decision == approved ? ApprovalAnswer::Decision::approved
                                             : ApprovalAnswer::Decision::rejected,
                        recalled(notes, by_key), recall_time(notes, at_key).value_or(WallTime{}),
                        recalled(notes, comment_key)};
}

std::string describe(const ApprovalAnswer& answer) {
  const bool yes = answer.decision == ApprovalAnswer::Decision::approved;
  std::string text = fmt::format("{} by {}", yes ? approved : rejected, answer.by);
  if (!answer.comment.empty()) text += ": " + answer.comment;
  return text;
}

StageNotes to_notes(const ApprovalWait& wait) {
  StageNotes notes{{asked_key, to_note(wait.asked)}};
  if (wait.until) notes.emplace(until_key, to_note(*wait.until));
  return notes;
}

std::optional<ApprovalWait> recall_wait(const StageNotes& notes) {
  const auto asked = recall_time(notes, asked_key);
  if (!asked) return std::nullopt;
  return ApprovalWait{*asked, recall_time(notes, until_key)};
}

bool is_over(const ApprovalWait& wait, WallTime now) noexcept {
  return wait.until && now > *wait.until;
}

}  // namespace pipectl
