// Every small graph, with every outcome of its nodes and in every order of their ends, against the
// rules written down once more as plain definitions over sets: slow, but without any state.
#include <fmt/format.h>

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <set>

#include "core/engine/scheduler.hpp"
#include "tests/unit/core/engine/graph_builder.hpp"

using namespace pipectl;

namespace {

/// What becomes of a node when it is its turn (or was, before the run).
enum class Fate { succeeds, fails, waits, condition_false, deselected, done_before };

struct Case {
  std::vector<std::vector<plan::NodeId>> needs;
  std::vector<bool> always;
  std::vector<bool> after_all_above;
  std::vector<Fate> fates;
  Scheduler::Options options{16, OnFailure::keep_going};
};

using Ids = std::set<plan::NodeId>;

/// The rules, by definition.
class Oracle {
 public:
  Oracle(const Case& the_case, const std::vector<std::optional<Outcome>>& outcomes)
      : case_(the_case), outcomes_(outcomes) {}

  bool before(plan::NodeId n) const {
    return case_.fates[n] == Fate::deselected || case_.fates[n] == Fate::done_before;
  }

  /// All that it needs has ended; what had ended before passes on the order of what it needs.
  bool is_ready(plan::NodeId n) const {
    for (const auto need : case_.needs[n]) {
      if (!outcomes_[need]) return false;
      if (before(need) && !is_ready(need)) return false;
    }
    return true;
  }

  /// Failures (and nodes stopped) for which the node must be skipped.
  Ids blame(plan::NodeId n) const { return case_.after_all_above[n] ? all_above(n) : direct(n); }

  Ids direct(plan::NodeId n) const {
    Ids out;
    for (const auto need : case_.needs[n]) out.merge(passes_on(need));
    return out;
  }

  Ids all_above(plan::NodeId n) const {
    Ids out = direct(n);
    for (const auto need : case_.needs[n]) out.merge(all_above(need));
    return out;
  }

  /// Nodes that wait for an approval, for which nothing below may run.
  Ids waiting(plan::NodeId n) const {
    Ids out;
    for (const auto need : case_.needs[n]) {
      const Outcome& ended = *outcomes_[need];
      if (ended.status == Status::waiting) out.insert(need);
      if (is_transparent(need)) out.merge(waiting(need));
    }
    return out;
  }

 private:
  bool is_transparent(plan::NodeId n) const {
    return case_.fates[n] == Fate::deselected || outcomes_[n]->skip == SkipCause::upstream;
  }

  Ids passes_on(plan::NodeId n) const {
    if (is_failure(outcomes_[n]->status) || outcomes_[n]->skip == SkipCause::stopped) return {n};
    return is_transparent(n) ? blame(n) : Ids{};
  }

  const Case& case_;
  const std::vector<std::optional<Outcome>>& outcomes_;
};

/// One run of a case; `choose(n)` says which of n running nodes ends next.
class Run {
 public:
  explicit Run(const Case& the_case)
      : case_(the_case),
        plan_(make_plan()),
        outcomes_(known_before()),
        scheduler_(plan_, case_.options, {}, resumed()) {}

  template <class Choose>
  void play(Choose choose) {
    while (true) {
      start_all();
      if (running_.empty()) break;
      const std::size_t chosen = choose(running_.size());
      const auto node = running_[chosen];
      running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(chosen));
      end(node, ended_as(fated_status(node)));
    }
    require(scheduler_.done(), "the run is stuck");
    for (plan::NodeId n = 0; n < outcomes_.size(); ++n)
      require(outcomes_[n].has_value(), "a node never ended");
  }

 private:
  static constexpr std::array<const char*, 4> names{"a", "b", "c", "d"};

  void require(bool holds, const char* what) const {
    if (!holds) FAIL(what << describe());
  }

  plan::Plan make_plan() {
    for (std::size_t n = 0; n < case_.needs.size(); ++n) {
      StageSpec& stage = builder_.stage(names[n]);
      for (const auto need : case_.needs[n]) stage.needs.push_back({names[need], {}});
      stage.always = case_.always[n];
      stage.after_all_above = case_.after_all_above[n];
      if (case_.fates[n] == Fate::deselected) builder_.deselect(names[n]);
    }
    return builder_.plan();
  }

  std::vector<std::optional<Outcome>> resumed() const {
    std::vector<std::optional<Outcome>> out(case_.fates.size());
    for (std::size_t n = 0; n < out.size(); ++n)
      if (case_.fates[n] == Fate::done_before) out[n] = ended_as(Status::succeeded);
    return out;
  }

  std::vector<std::optional<Outcome>> known_before() const {
    auto out = resumed();
    for (std::size_t n = 0; n < out.size(); ++n)
      if (case_.fates[n] == Fate::deselected)
        out[n] = ended_as(Status::skipped, SkipCause::deselected);
    return out;
  }

  Status fated_status(plan::NodeId n) const {
    if (case_.fates[n] == Fate::fails) return Status::failed;
    return case_.fates[n] == Fate::waits ? Status::waiting : Status::succeeded;
  }

  void end(plan::NodeId node, const Outcome& outcome) {
    require(!outcomes_[node].has_value(), "a node ended twice");
    outcomes_[node] = outcome;
    scheduler_.ended(node, outcome);
    if (is_failure(outcome.status) && case_.options.on_failure == OnFailure::stop) stopped_ = true;
  }

  void start_all() {
    const Oracle oracle(case_, outcomes_);
    while (const auto node = scheduler_.next()) {
      require(!outcomes_[*node] && std::ranges::count(running_, *node) == 0, "given twice");
      require(oracle.is_ready(*node), "given before its needs have ended");
      check_verdict(oracle, *node);
      const auto verdict = scheduler_.verdict(*node);
      if (verdict.skip != SkipCause::none) {
        end(*node, ended_as(Status::skipped, verdict.skip));
      } else if (case_.fates[*node] == Fate::condition_false) {
        end(*node, ended_as(Status::skipped, SkipCause::condition));
      } else {
        scheduler_.started(*node);
        running_.push_back(*node);
      }
      require(scheduler_.running() == running_.size(), "counts what runs");
      require(running_.size() <= case_.options.jobs, "more than the jobs");
    }
    check_nothing_was_left(oracle);
  }

  void check_nothing_was_left(const Oracle& oracle) const {
    if (running_.size() == case_.options.jobs) return;
    for (plan::NodeId n = 0; n < outcomes_.size(); ++n) {
      const bool idle = !outcomes_[n] && std::ranges::count(running_, n) == 0;
      require(!idle || !oracle.is_ready(n), "a node could have started");
    }
  }

  void check_verdict(const Oracle& oracle, plan::NodeId node) const {
    const auto verdict = scheduler_.verdict(node);
    const Ids blame = oracle.blame(node);
    const bool always = case_.always[node];
    Ids failures;
    for (const auto n : blame)
      if (is_failure(outcomes_[n]->status)) failures.insert(n);
    require(scheduler_.upstream_failed(node) == !oracle.all_above(node).empty(), "failure()");
    require(scheduler_.needs_ended_well(node) == blame.empty(), "success()");
    if (!failures.empty() && !always) {
      require(verdict.skip == SkipCause::upstream && names_one_of(verdict.reason, failures),
              "must be skipped for a failure");
    } else if (!oracle.waiting(node).empty()) {
      require(verdict.skip == SkipCause::upstream && verdict.reason.ends_with("an approval"),
              "must be skipped for one that waits");
    } else if (stopped_ && !always) {
      require(verdict.skip == SkipCause::stopped, "must be stopped");
    } else {
      require(verdict.skip == SkipCause::none, "must run");
    }
  }

  static bool names_one_of(const std::string& reason, const Ids& nodes) {
    return std::ranges::any_of(
        nodes, [&](auto n) { return reason == fmt::format("upstream {}", names[n]); });
  }

  std::string describe() const {
    std::string out = case_.options.on_failure == OnFailure::stop ? "\nstop" : "\nkeep going";
    out += fmt::format(", {} jobs", case_.options.jobs);
    for (std::size_t n = 0; n < case_.needs.size(); ++n) {
      out += fmt::format("\n{}: fate {} always {} all above {} needs", names[n],
                         static_cast<int>(case_.fates[n]), static_cast<bool>(case_.always[n]),
                         static_cast<bool>(case_.after_all_above[n]));
      for (const auto need : case_.needs[n]) out += fmt::format(" {}", names[need]);
      if (outcomes_[n]) out += fmt::format(" -> {}", to_string(outcomes_[n]->status));
    }
    return out;
  }

  Case case_;
  GraphBuilder builder_;
  plan::Plan plan_;
  std::vector<std::optional<Outcome>> outcomes_;
  Scheduler scheduler_;
  std::vector<plan::NodeId> running_;
  bool stopped_{false};
};

/// Plays the case in every order in which its nodes can end. Returns how many there were.
int play_all_orders(const Case& the_case) {
  std::vector<std::pair<std::size_t, std::size_t>> choices;  // taken, out of
  for (int orders = 1;; ++orders) {
    std::size_t at = 0;
    Run(the_case).play([&](std::size_t count) {
      if (at == choices.size()) choices.emplace_back(0, count);
      return choices[at++].first;
    });
    while (!choices.empty() && choices.back().first + 1 == choices.back().second)
      choices.pop_back();
    if (choices.empty()) return orders;
    ++choices.back().first;
  }
}

// A sanitizer makes it twenty times slower and looks for other things: every few cases do for it.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr unsigned every = 11;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr unsigned every = 11;
#else
constexpr unsigned every = 1;
#endif
#else
constexpr unsigned every = 1;
#endif

std::vector<bool> bits(unsigned mask, std::size_t count) {
  std::vector<bool> out(count);
  for (std::size_t i = 0; i < count; ++i) out[i] = (mask >> i & 1U) != 0;
  return out;
}

/// The edges of a graph over `count` nodes by number; `backwards` lets earlier nodes need later
/// ones.
std::vector<std::vector<plan::NodeId>> graph(unsigned mask, std::size_t count, bool backwards) {
  std::vector<std::vector<plan::NodeId>> needs(count);
  for (plan::NodeId late = 1; late < count; ++late)
    for (plan::NodeId early = 0; early < late; ++early, mask >>= 1U)
      if ((mask & 1U) != 0) {
        if (backwards) needs[early].push_back(late);
        if (!backwards) needs[late].push_back(early);
      }
  return needs;
}

}  // namespace

TEST_CASE("all graphs of three nodes, whatever becomes of each", "[scheduler][oracle]") {
  int played = 0;
  for (unsigned edges = 0; edges < 8; ++edges)
    for (unsigned always = 0; always < 8; ++always)
      for (unsigned above = 0; above < 8; ++above)
        for (unsigned fates = (edges + always + above) % every; fates < 216; fates += every) {
          Case one{graph(edges, 3, false), bits(always, 3), bits(above, 3), {}, {}};
          for (const unsigned fate : {fates % 6, fates / 6 % 6, fates / 36})
            one.fates.push_back(static_cast<Fate>(fate));
          for (const auto mode : {OnFailure::stop, OnFailure::keep_going}) {
            one.options = {16, mode};
            played += play_all_orders(one);
          }
        }
  CHECK(played > 8 * 8 * 8 * (216 / static_cast<int>(every)) * 2);
}

TEST_CASE("all graphs of four nodes with success and failure, at any number of jobs",
          "[scheduler][oracle]") {
  int played = 0;
  for (unsigned edges = 0; edges < 64; ++edges)
    for (unsigned always = 0; always < 16; ++always)
      for (unsigned fates = (edges + always) % every; fates < 16; fates += every)
        for (const unsigned jobs : {1U, 2U, 16U}) {
          const bool backwards = (edges + always) % 2 == 1;
          Case one{graph(edges, 4, backwards), bits(always, 4), bits(0, 4), {}, {}};
          for (unsigned n = 0; n < 4; ++n)
            one.fates.push_back((fates >> n & 1U) != 0 ? Fate::fails : Fate::succeeds);
          one.options = {jobs, fates % 2 == 0 ? OnFailure::stop : OnFailure::keep_going};
          played += play_all_orders(one);
        }
  CHECK(played > 64 * 16 * (16 / static_cast<int>(every)) * 3);
}
