#include "stages/load/generator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <optional>
#include <queue>

#include "stages/load/connection.hpp"

namespace pipectl::stages::load {
namespace {

constexpr Seconds between_reports = 1;
constexpr Seconds longest_sleep = 0.1;
constexpr double microseconds = 1e6;
/// Before a user comes back to a server that does not answer at all.
constexpr Seconds after_no_answer = 0.1;

/// Takes turns by weight, evenly spread: the same order in every run.
class Turns {
 public:
  explicit Turns(const std::vector<Scenario>& scenarios) {
    for (const auto& scenario : scenarios) shares_.push_back({scenario.weight, 0});
  }
  std::size_t next() {
    long all = 0;
    std::size_t best = 0;
    for (std::size_t i = 0; i < shares_.size(); ++i) {
      shares_[i].credit += shares_[i].weight;
      all += shares_[i].weight;
      if (shares_[i].credit > shares_[best].credit) best = i;
    }
    shares_[best].credit -= all;
    return best;
  }

 private:
  struct Share {
    long weight;
    long credit;
  };
  std::vector<Share> shares_;
};

class Generator {
 public:
  Generator(const CurlLibrary& curl, const Load& load)
      : curl_(curl),
        load_(load),
        multi_(curl.multi_init()),
        turns_(load.scenarios),
        schedule_(load.phases) {
    result_.timeline = Timeline(load.duration);
    for (const auto& scenario : load.scenarios) {
      auto& prepared = prepared_.emplace_back();
      for (const auto& request : scenario.requests) prepared.emplace_back(curl, request);
      if (load.scenarios.size() == 1 && scenario.name.empty()) continue;
      result_.scenarios.emplace_back().name = scenario.name;
    }
  }
  Generator(const Generator&) = delete;
  Generator& operator=(const Generator&) = delete;
  ~Generator() {
    for (const auto& connection : connections_)
      if (connection->handle() != nullptr) curl_.multi_remove_handle(multi_, connection->handle());
    connections_.clear();
    if (multi_ != nullptr) curl_.multi_cleanup(multi_);
  }

  Result<LoadResult> run(const CancelToken& cancel, const Progress& progress) {
    if (multi_ == nullptr) return fail(Fault::infrastructure, "libcurl is out of memory");
    begun_ = std::chrono::steady_clock::now();
    if (load_.users > 0)
      for (long user = 0; user < load_.users; ++user) TRY(begin(0));
    else
      next_ = schedule_.next();
    for (Seconds reported = 0; !done();) {
      if (cancel.cancelled()) return fail(Fault::cancelled, "interrupted");
      TRY(begin_what_is_due());
      TRY(exchange());
      if (now() - reported >= between_reports) {
        reported = now();
        progress(so_far());
      }
      if (!done()) wait(cancel);
    }
    return so_far();
  }

 private:
  [[nodiscard]] Seconds now() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
  }
  [[nodiscard]] Seconds end() const { return load_.warmup + load_.duration; }

  /// Nobody begins anew any more, and nobody is under way.
  [[nodiscard]] bool done() const {
    const bool over = load_.users > 0 ? now() >= end() : !next_;
    return over && in_flight_ == 0 && thinking_.empty();
  }

  [[nodiscard]] LoadResult so_far() const {
    LoadResult result = result_;
    result.seconds = std::max(0.0, std::max(last_, std::min(now(), end())) - load_.warmup);
    return result;
  }

  Result<void> begin_what_is_due() {
    const Seconds moment = now();
    // A backlog waits its turn; how long is part of what is measured.
    while (next_ && *next_ <= moment) {
      if (in_flight_ + thinking_.size() >= load_.connections) {
        result_.waited = true;
        break;
      }
      TRY(begin(*next_));
      next_ = schedule_.next();
    }
    while (!thinking_.empty() && thinking_.top().due <= moment) {
      Connection* user = thinking_.top().user;
      thinking_.pop();
      TRY(send(*user));
    }
    return {};
  }

  Result<void> begin(Seconds due) {
    Connection* user = nullptr;
    if (idle_.empty()) {
      connections_.push_back(std::make_unique<Connection>(curl_, load_));
      user = connections_.back().get();
      if (user->handle() == nullptr) return fail(Fault::infrastructure, "libcurl is out of memory");
    } else {
      user = idle_.back();
      idle_.pop_back();
    }
    user->scenario = turns_.next();
    user->request = 0;
    user->due = due;
    return send(*user);
  }

  Result<void> send(Connection& user) {
    if (user.request == 0) user.forget_captured();
    const auto& request = prepared_[user.scenario][user.request];
    if (auto unfit = user.prepare(request); !unfit.empty())
      return judged(user, unfit, Answer::none);
    if (const auto code = curl_.multi_add_handle(multi_, user.handle()); code != CURLM_OK)
      return fail(Fault::infrastructure,
                  fmt::format("libcurl cannot begin a transfer (code {})", static_cast<int>(code)));
    ++in_flight_;
    return {};
  }

  Result<void> exchange() {
    int running = 0;
    if (const auto code = curl_.multi_perform(multi_, &running); code != CURLM_OK)
      return fail(Fault::infrastructure,
                  fmt::format("libcurl cannot go on (code {})", static_cast<int>(code)));
    int left = 0;
    while (const CURLMsg* message = curl_.multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      CURL* const easy = message->easy_handle;
      Connection* user = nullptr;
      curl_.easy_getinfo(easy, CURLINFO_PRIVATE, &user);
      curl_.multi_remove_handle(multi_, easy);
      --in_flight_;
      TRY(ended(*user, code));
    }
    return {};
  }

  Result<void> ended(Connection& user, CURLcode code) {
    return judged(user, user.verdict(code), code == CURLE_OK ? Answer::some : Answer::none);
  }

  enum class Answer : std::uint8_t { some, none };
  Result<void> judged(Connection& user, const std::string& cause, Answer answer) {
    const Seconds moment = now();
    const Request& request = load_.scenarios[user.scenario].requests[user.request];
    if (user.due >= load_.warmup) {
      last_ = std::max(last_, moment);
      const auto took =
          static_cast<std::uint64_t>(std::llround((moment - user.due) * microseconds));
      result_.all.add(took, cause);
      result_.timeline.add(moment - load_.warmup, took,
                           cause.empty() ? Timeline::Verdict::good : Timeline::Verdict::failed);
      if (!result_.scenarios.empty()) result_.scenarios[user.scenario].add(took, cause);
    }
    // What follows a failure may depend on it.
    const bool through =
        !cause.empty() || user.request + 1 == load_.scenarios[user.scenario].requests.size();
    if (!through) {
      ++user.request;
      return go_on(user, moment + std::chrono::duration<double>(request.think).count());
    }
    if (load_.users == 0 || moment >= end()) {
      idle_.push_back(&user);
      return {};
    }
    user.scenario = turns_.next();
    user.request = 0;
    const Seconds pause = answer == Answer::some ? 0 : after_no_answer;
    return go_on(user, moment + pause + std::chrono::duration<double>(request.think).count());
  }

  Result<void> go_on(Connection& user, Seconds due) {
    user.due = due;
    if (due <= now()) return send(user);
    thinking_.push({due, &user});
    return {};
  }

  /// Until something arrives, somebody is due, or the run is cancelled. libcurl waits in whole
  /// milliseconds: the last one is spent looking, so that nobody is late.
  void wait(const CancelToken& cancel) const {
    Seconds until = now() + longest_sleep;
    if (next_) until = std::min(until, *next_);
    if (!thinking_.empty()) until = std::min(until, thinking_.top().due);
    const int pause = static_cast<int>(std::max(0.0, until - now()) * 1'000);
    curl_waitfd cancelled{cancel.fd(), CURL_WAIT_POLLIN, 0};
    curl_.multi_poll(multi_, &cancelled, cancelled.fd >= 0 ? 1 : 0, pause, nullptr);
  }

  struct Thinking {
    Seconds due;
    Connection* user;
    bool operator<(const Thinking& other) const { return due > other.due; }  // the soonest on top
  };

  const CurlLibrary& curl_;
  const Load& load_;
  CURLM* multi_;
  Turns turns_;
  Schedule schedule_;
  std::vector<std::vector<Prepared>> prepared_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<Connection*> idle_;
  std::priority_queue<Thinking> thinking_;
  std::optional<Seconds> next_;  ///< arrival of an open load
  std::size_t in_flight_{0};
  std::chrono::steady_clock::time_point begun_;
  Seconds last_{0};
  LoadResult result_;
};

}  // namespace

Result<LoadResult> generate(const Load& load, const CancelToken& cancel, const Progress& progress) {
  const CurlLibrary curl = TRY(CurlLibrary::load());
  return Generator{curl, load}.run(cancel, progress);
}

}  // namespace pipectl::stages::load
