#include "core/model/outcome.hpp"

#include <array>

namespace pipectl {
namespace {

template <class Value>
struct Named {
  Value value;
  std::string_view name;
};

constexpr std::array statuses{Named<Status>{Status::succeeded, "succeeded"},
                              Named<Status>{Status::warned, "warned"},
                              Named<Status>{Status::failed, "failed"},
                              Named<Status>{Status::timed_out, "timed_out"},
                              Named<Status>{Status::infra, "infra"},
                              Named<Status>{Status::cancelled, "cancelled"},
                              Named<Status>{Status::skipped, "skipped"},
                              Named<Status>{Status::cached, "cached"},
                              Named<Status>{Status::waiting, "waiting"},
                              Named<Status>{Status::rolled_back, "rolled_back"},
                              Named<Status>{Status::bug, "bug"}};

constexpr std::array skip_causes{Named<SkipCause>{SkipCause::none, "none"},
                                 Named<SkipCause>{SkipCause::condition, "condition"},
                                 Named<SkipCause>{SkipCause::requirement, "requirement"},
                                 Named<SkipCause>{SkipCause::deselected, "deselected"},
                                 Named<SkipCause>{SkipCause::upstream, "upstream"},
                                 Named<SkipCause>{SkipCause::stopped, "stopped"}};

template <class Table, class Value>
std::string_view name_in(const Table& table, Value value) noexcept {
  for (const auto& entry : table)
    if (entry.value == value) return entry.name;
  return "unknown";
}

template <class Value, class Table>
std::optional<Value> value_in(const Table& table, std::string_view name) noexcept {
  for (const auto& entry : table)
    if (entry.name == name) return entry.value;
  return std::nullopt;
}

/// Exit codes from the heaviest on, without the signal's, which stands behind the first.
constexpr std::array by_weight{70, 6, 5, 3, 1, 4, 0};

int exit_code(const Outcome& outcome) noexcept {
  if (outcome.status == Status::bug) return 70;
  if (outcome.undo_failed) return 6;
  switch (outcome.status) {
    case Status::rolled_back:
      return 5;
    case Status::infra:
      return 3;
    case Status::waiting:
      return 4;
    // Cancelled without a signal: by a failure elsewhere, or by its own limits.
    case Status::failed:
    case Status::timed_out:
    case Status::cancelled:
      return 1;
    default:
      return 0;
  }
}

}  // namespace

std::string_view to_string(Status status) noexcept { return name_in(statuses, status); }

std::optional<Status> parse_status(std::string_view text) noexcept {
  return value_in<Status>(statuses, text);
}

std::string_view to_string(SkipCause cause) noexcept { return name_in(skip_causes, cause); }

std::optional<SkipCause> parse_skip_cause(std::string_view text) noexcept {
  return value_in<SkipCause>(skip_causes, text);
}

bool is_success(Status status) noexcept {
  return status == Status::succeeded || status == Status::warned || status == Status::cached;
}

bool is_failure(Status status) noexcept {
  switch (status) {
    case Status::failed:
    case Status::timed_out:
    case Status::infra:
    case Status::cancelled:
    case Status::rolled_back:
    case Status::bug:
      return true;
    default:
      return false;
  }
}

Status status_of(Fault fault) noexcept {
  switch (fault) {
    case Fault::usage:
    case Fault::step:
      return Status::failed;
    case Fault::infrastructure:
      return Status::infra;
    case Fault::cancelled:
      return Status::cancelled;
    case Fault::bug:
      return Status::bug;
  }
  return Status::bug;
}

int exit_code(const std::vector<Outcome>& outcomes, int signal) noexcept {
  std::array<bool, by_weight.size()> seen{};
  for (const auto& outcome : outcomes) {
    const int code = exit_code(outcome);
    for (std::size_t i = 0; i < by_weight.size(); ++i) seen[i] = seen[i] || by_weight[i] == code;
  }
  if (seen[0]) return by_weight[0];
  if (signal > 0) return 128 + signal;
  for (std::size_t i = 1; i < by_weight.size(); ++i)
    if (seen[i]) return by_weight[i];
  return 0;
}

}  // namespace pipectl
