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

Notifications::Notifications(NotificationParts parts)
    : story_(std::move(parts.origin)),
      targets_(std::move(parts.targets)),
      outbox_(std::move(parts.outbox)),
      clock_(parts.clock),
      redactor_(parts.redactor) {
  for (const Target& target : targets_)
    couriers_.push_back(std::make_unique<Courier>(
        CourierParts{target.name, story_.origin().id, story_.origin().host, *target.notifier,
                     *outbox_, parts.http, clock_, redactor_, parts.grant, parts.patience}));
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
  ToldRuns told{*outbox_};
  told.begin(story_.origin().id, clock_.wall());
  write_down();
  if (story_.end() && pending_.empty()) told.end(story_.origin().id, clock_.wall());
}

void Notifications::write_down() {
  std::unique_lock lock{mutex_};
  while (true) {
    changed_.wait(lock, [this] { return over_ || !queue_.empty(); });
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
    auto posts = posts_for(event, story_, targets_, redactor_);
    std::ranges::move(posts, std::back_inserter(pending_));
  }
  keep_pending();
}

/// What cannot be stored now is tried again with the next ones.
void Notifications::keep_pending() {
  if (pending_.empty()) return;
  drop_superseded(pending_);
  const auto stored = outbox_->store(pending_, clock_.wall());
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
  bool all = true;
  for (const auto& courier : couriers_) all = courier->wait(deadline, cancel, seen) && all;
  return all;
}

std::vector<std::string> Notifications::close() {
  settle();
  for (const auto& courier : couriers_) courier->stop();
  std::vector<std::string> lines;
  if (!problem_.empty()) lines.push_back("not everything could be told: " + problem_);
  for (const auto& courier : couriers_)
    for (auto& line : courier->complaints()) lines.push_back(std::move(line));
  if (const auto old = outbox_->forget_before(clock_.wall() - kept_for); old && *old > 0)
    lines.push_back(fmt::format("{} post{} older than {} days {} dropped, not sent", *old,
                                *old == 1 ? "" : "s",
                                std::chrono::duration_cast<std::chrono::days>(kept_for).count(),
                                *old == 1 ? "was" : "were"));
  return lines;
}

}  // namespace pipectl::notify
