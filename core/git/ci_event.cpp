#include "core/git/ci_event.hpp"

#include <charconv>

#include "core/git/ci_systems.hpp"

namespace pipectl::git {

CiContext read_ci_event(const EnvMap& environment) {
  if (auto context = read_github(environment)) return *std::move(context);
  if (auto context = read_gitlab(environment)) return *std::move(context);
  if (auto context = read_jenkins(environment)) return *std::move(context);
  return {};
}

std::string comparison_base(const Event& event) {
  return event.base_sha.empty() ? event.target_branch : event.base_sha;
}

std::string variable(const EnvMap& environment, std::string_view name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string{} : found->second;
}

std::string first_of(std::string first, std::string second) {
  return first.empty() ? std::move(second) : std::move(first);
}

std::string commit_or_empty(std::string_view text) {
  constexpr std::size_t sha1 = 40;
  constexpr std::size_t sha256 = 64;
  if (text.size() != sha1 && text.size() != sha256) return {};
  if (text.find_first_not_of("0123456789abcdef") != std::string_view::npos) return {};
  if (text.find_first_not_of('0') == std::string_view::npos) return {};
  return std::string(text);
}

std::optional<long> number_or_nothing(std::string_view text) {
  long number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || rest != end || number <= 0) return std::nullopt;
  return number;
}

std::string after_prefix(std::string_view text, std::string_view prefix) {
  return text.starts_with(prefix) ? std::string(text.substr(prefix.size())) : std::string{};
}

std::string fork_branch(std::string_view owner, std::string_view branch) {
  return std::string(owner.empty() ? "fork" : owner) + ":" + std::string(branch);
}

void set_commit(CiContext& context, std::string_view sha) {
  context.git.sha = commit_or_empty(sha);
  context.git.short_sha = context.git.sha.substr(0, 7);
  context.git.branch = context.event.branch;
  context.git.tag = context.event.tag;
}

}  // namespace pipectl::git
