#include "core/notify/notifications.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>

namespace pipectl::notify {
namespace {

/// What no notifier asks for, and there is a lot of it.
template <class... Kinds>
bool is_one_of(const RunEvent& event) {
  return (std::holds_alternative<Kinds>(event.what) || ...);
}
bool is_of_interest(const RunEvent& event) {
  return !is_one_of<event::StageOutput, event::StageQueued, event::StageNote, event::StageArtifact,
                    event::StageMetric, event::GateEvaluated>(event);
}

}  // namespace

void drop_superseded(std::vector<store::NewPost>& posts) {
  std::map<std::pair<std::string, std::string>, std::vector<std::size_t>> places;
  std::vector<std::optional<store::NewPost>> kept;
  for (store::NewPost& post : posts) {
    std::vector<std::size_t> old;
    if (!post.supersedes.empty()) old = std::exchange(places[{post.target, post.supersedes}], {});
    for (const std::size_t place : old) kept[place].reset();
    const std::size_t place = old.empty() ? kept.size() : old.front();
    if (old.empty()) kept.emplace_back();
    places[{post.target, post.key}].push_back(place);
    kept[place] = std::move(post);
  }
  posts.clear();
  for (auto& post : kept)
    if (post) posts.push_back(*std::move(post));
}

std::vector<std::string> look_after(store::Outbox& outbox, const std::vector<std::string>& entries,
                                    WallTime now) {
  const auto days = std::chrono::duration_cast<std::chrono::days>(kept_for).count();
  std::vector<std::string> lines;
  if (const auto old = outbox.forget_before(now - kept_for); old && *old > 0)
    lines.push_back(fmt::format("{} post{} older than {} days {} dropped, not sent", *old,
                                *old == 1 ? "" : "s", days, *old == 1 ? "was" : "were"));
  const auto waiting = outbox.waiting().value_or(std::map<std::string, std::size_t>{});
  for (const auto& [target, count] : waiting) {
    if (std::ranges::find(entries, target) != entries.end()) continue;
    const bool one = count == 1;
    lines.push_back(fmt::format(
        "{} post{} for '{}' wait{} and `notify` has no such entry any more: with it again {} "
        "sent, without it dropped after {} days",
        count, one ? "" : "s", target, one ? "s" : "", one ? "it is" : "they are", days));
  }
  return lines;
}

Notifications::Notifications(NotificationParts parts)
    : story_(std::move(parts.origin)), parts_(std::move(parts)) {
  scribe_ = std::thread([this] { scribe(); });
}

Notifications::~Notifications() { settle(); }

void Notifications::on_event(const RunEvent& event) noexcept {
  if (!is_of_interest(event)) return;
  try {
    const std::lock_guard lock{mutex_};
    queue_.emplace_back(event);
    changed_.notify_one();
  } catch (const std::exception&) {  // out of memory: the run goes on, this is not told
  }
}

void Notifications::learn(const GitInfo& git) noexcept {
  try {
    const std::lock_guard lock{mutex_};
    queue_.emplace_back(git);
    changed_.notify_one();
  } catch (const std::exception&) {  // as above
  }
}

void Notifications::scribe() {
  write_down();
  if (outbox_ && story_.end() && pending_.empty())
    ToldRuns{*outbox_}.end(story_.origin().id, parts_.clock.wall());
}

/// False while the outbox cannot be had: it is asked for again with what is heard next.
bool Notifications::open() {
  if (outbox_) return true;
  auto opened = parts_.open();
  problem_ = opened ? std::string{} : opened.error().message;
  if (!opened) return false;
  outbox_ = *std::move(opened);
  ToldRuns{*outbox_}.begin(story_.origin().id, parts_.clock.wall());
  for (const Target& target : parts_.targets)
    couriers_.push_back(std::make_unique<Courier>(CourierParts{
        target.name, story_.origin().id, story_.origin().host, *target.notifier, *outbox_,
        parts_.http, parts_.clock, parts_.redactor, parts_.grant, parts_.patience}));
  return true;
}

void Notifications::write_down() {
  std::unique_lock lock{mutex_};
  while (true) {
    const bool last = over_;
    const auto heard = std::exchange(queue_, {});
    lock.unlock();
    try {
      take_down(heard);
    } catch (const std::exception& error) {
      problem_ = error.what();
    }
    if (last) return;
    lock.lock();
    changed_.wait(lock, [this] { return over_ || !queue_.empty(); });
  }
}

void Notifications::take_down(const std::vector<Heard>& heard) {
  for (const Heard& one : heard) {
    if (const auto* git = std::get_if<GitInfo>(&one)) {
      story_.learn(*git);
      continue;
    }
    const auto& event = std::get<RunEvent>(one);
    story_.apply(event);
    auto posts = posts_for(event, story_, parts_.targets, parts_.redactor);
    std::ranges::move(posts, std::back_inserter(pending_));
  }
  keep_pending();
}

/// What cannot be stored now is tried again with the next ones.
void Notifications::keep_pending() {
  drop_superseded(pending_);
  if (!open() || pending_.empty()) return;
  const auto stored = outbox_->store(pending_, parts_.clock.wall());
  problem_ = stored ? std::string{} : stored.error().message;
  if (!stored) return;
  pending_.clear();
  for (const auto& courier : couriers_) courier->wake();
}

void Notifications::settle() {
  {
    const std::lock_guard lock{mutex_};
    over_ = true;
    changed_.notify_one();
  }
  if (scribe_.joinable()) scribe_.join();
}

bool Notifications::drain(SteadyTime deadline, const CancelToken& cancel) {
  const CancelReason seen = cancel.reason();
  bool all = outbox_ != nullptr;
  for (const auto& courier : couriers_) all = courier->wait(deadline, cancel, seen) && all;
  return all;
}

std::vector<std::string> Notifications::close() {
  settle();
  if (!outbox_) return {problem_ + "; nobody is told of this run"};
  for (const auto& courier : couriers_) courier->stop();
  std::vector<std::string> lines;
  if (!problem_.empty()) lines.push_back("not everything could be told: " + problem_);
  for (const auto& courier : couriers_)
    for (auto& line : courier->complaints()) lines.push_back(std::move(line));
  std::ranges::move(look_after(*outbox_, parts_.entries, parts_.clock.wall()),
                    std::back_inserter(lines));
  return lines;
}

}  // namespace pipectl::notify
