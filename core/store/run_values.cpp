#include "core/store/run_values.hpp"

#include <array>
#include <charconv>

namespace pipectl::store {
namespace {

template <class Owner>
struct TextField {
  std::string_view name;
  std::string Owner::*member;
};

constexpr std::array request_fields{
    TextField<RunRequest>{"digest", &RunRequest::digest},
    TextField<RunRequest>{"workspace", &RunRequest::workspace},
    TextField<RunRequest>{"environment", &RunRequest::environment},
    TextField<RunRequest>{"selection", &RunRequest::selection},
    TextField<RunRequest>{"options", &RunRequest::options},
};

constexpr std::array git_fields{
    TextField<GitInfo>{"sha", &GitInfo::sha},
    TextField<GitInfo>{"short_sha", &GitInfo::short_sha},
    TextField<GitInfo>{"branch", &GitInfo::branch},
    TextField<GitInfo>{"tag", &GitInfo::tag},
    TextField<GitInfo>{"author", &GitInfo::author},
    TextField<GitInfo>{"message", &GitInfo::message},
    TextField<GitInfo>{"remote", &GitInfo::remote},
};

constexpr std::array event_fields{
    TextField<Event>{"branch", &Event::branch},
    TextField<Event>{"target_branch", &Event::target_branch},
    TextField<Event>{"tag", &Event::tag},
    TextField<Event>{"base_sha", &Event::base_sha},
    TextField<Event>{"ci", &Event::ci},
};

template <class Owner, std::size_t Size>
void each_field(const std::array<TextField<Owner>, Size>& fields, const Owner& owner,
                std::string_view section, const TakeValue& take) {
  for (const auto& field : fields)
    if (!(owner.*field.member).empty()) take(section, field.name, owner.*field.member);
}

template <class Owner, std::size_t Size>
bool set_field(const std::array<TextField<Owner>, Size>& fields, Owner& owner,
               std::string_view name, std::string& value) {
  for (const auto& field : fields)
    if (field.name == name) {
      owner.*field.member = std::move(value);
      return true;
    }
  return false;
}

void set_event(Event& event, std::string_view name, std::string value) {
  if (name == "kind") {
    event.kind = parse_event_kind(value).value_or(EventKind::manual);
  } else if (name == "from_fork") {
    event.from_fork = value == "1";
  } else if (name == "number") {
    long number = 0;
    std::from_chars(value.data(), value.data() + value.size(), number);
    event.number = number;
  } else {
    set_field(event_fields, event, name, value);
  }
}

}  // namespace

void each_value(const GitInfo& git, const TakeValue& take) {
  each_field(git_fields, git, "git", take);
  if (git.dirty) take("git", "dirty", "1");
}

void each_value(const RunRequest& request, const TakeValue& take) {
  each_field(request_fields, request, "request", take);
  each_value(request.git, take);
  each_field(event_fields, request.event, "event", take);
  take("event", "kind", to_string(request.event.kind));
  if (request.event.from_fork) take("event", "from_fork", "1");
  if (request.event.number) take("event", "number", std::to_string(*request.event.number));
  for (const auto& [name, value] : request.params) take("param", name, value);
  for (const auto& [name, value] : request.variables) take("variable", name, value);
}

void set_value(RunRequest& request, std::string_view section, std::string_view name,
               std::string value) {
  if (section == "request")
    set_field(request_fields, request, name, value);
  else if (section == "git" && name == "dirty")
    request.git.dirty = value == "1";
  else if (section == "git")
    set_field(git_fields, request.git, name, value);
  else if (section == "event")
    set_event(request.event, name, std::move(value));
  else if (section == "param")
    request.params.insert_or_assign(std::string(name), std::move(value));
  else if (section == "variable")
    request.variables.insert_or_assign(std::string(name), std::move(value));
}

}  // namespace pipectl::store
