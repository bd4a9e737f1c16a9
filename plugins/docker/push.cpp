#include "plugins/docker/push.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/text.hpp"
#include "plugins/docker/patience.hpp"
#include "plugins/docker/publish_spec.hpp"

namespace pipectl::docker {
namespace {

constexpr std::chrono::minutes longest_push{30};
constexpr const char* other_pusher = "somebody else pushes the same tag, or the registry is broken";

constexpr bool is_hex(char c) noexcept { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

/// Registries of this host may speak plain HTTP, as they may to the engine.
Arguments manifest(const char* verb, const std::string& name) {
  Arguments arguments{"manifest", verb};
  if (is_loopback(registry_of(name))) arguments.emplace_back("--insecure");
  return arguments;
}

bool same_members(std::vector<std::string> kept, const std::vector<Pusher::Member>& members) {
  std::vector<std::string> pushed;
  pushed.reserve(members.size());
  for (const Pusher::Member& member : members) pushed.push_back(member.digest);
  std::sort(kept.begin(), kept.end());
  std::sort(pushed.begin(), pushed.end());
  return kept == pushed;
}

}  // namespace

std::string pushed_digest(const std::string& output) {
  constexpr std::string_view mark = "sha256:";
  constexpr std::size_t digits = 64;
  const std::size_t at = output.rfind(mark);
  if (at == std::string::npos) return {};
  const std::string digest = output.substr(at, mark.size() + digits);
  const bool whole =
      digest.size() == mark.size() + digits &&
      std::all_of(digest.begin() + static_cast<long>(mark.size()), digest.end(), is_hex);
  return whole ? digest : "";
}

std::vector<std::string> digests_of_manifest(const std::string& text) {
  using Json = nlohmann::json;
  const Json json = Json::parse(text, nullptr, false);
  std::vector<std::string> digests;
  const auto add = [&](const Json& entry) {
    if (!entry.is_object() || !entry.contains("Descriptor")) return;
    const Json& descriptor = entry["Descriptor"];
    if (descriptor.is_object() && descriptor.contains("digest") && descriptor["digest"].is_string())
      digests.push_back(descriptor["digest"].get<std::string>());
  };
  if (json.is_array())
    for (const auto& entry : json) add(entry);
  else
    add(json);
  return digests;
}

Arguments annotate_arguments(const std::string& list, const Pusher::Member& member) {
  const auto parts = split(member.platform, '/');
  Arguments arguments{"manifest", "annotate", "--os", std::string(parts[0])};
  if (parts.size() > 1) arguments.insert(arguments.end(), {"--arch", std::string(parts[1])});
  if (parts.size() > 2) arguments.insert(arguments.end(), {"--variant", std::string(parts[2])});
  arguments.insert(arguments.end(), {list, member.name});
  return arguments;
}

Call Pusher::call() const {
  return {.deadline = context_.deadline.value_or(context_.clock.steady() + longest_push),
          .cancel = context_.cancel};
}

Result<Answer> Pusher::patiently(const Arguments& arguments, const std::string& what) {
  return ask_patiently(client_, context_, arguments, call(), what);
}

Result<Answer> Pusher::read_back(const std::string& name) {
  Arguments arguments = manifest("inspect", name);
  arguments.insert(arguments.end(), {"--verbose", name});
  return patiently(arguments, fmt::format("cannot read {} back from its registry", name));
}

Result<std::string> Pusher::push(const std::string& name) {
  const Answer answer = TRY(patiently({"push", name}, "cannot push " + name));
  const std::string pushed = pushed_digest(answer.out);
  const auto digests = digests_of_manifest(TRY(read_back(name)).out);
  if (digests.empty())
    return fail(Fault::infrastructure, fmt::format("the registry tells no digest of {}", name));
  const std::string& kept = digests.front();
  if (!pushed.empty() && pushed != kept)
    return fail(Fault::infrastructure,
                fmt::format("{} is {} in the registry, but {} was pushed", name, kept, pushed),
                other_pusher);
  return kept;
}

Result<std::string> Pusher::push_list(const std::string& name, const std::vector<Member>& members) {
  Arguments create = manifest("create", name);
  create.emplace_back("--amend");
  create.push_back(name);
  for (const Member& member : members) create.push_back(member.name);
  TRY(patiently(create, "cannot make the list " + name));
  for (const Member& member : members) TRY(client_.must(annotate_arguments(name, member), call()));
  Arguments push = manifest("push", name);
  push.insert(push.end(), {"--purge", name});
  const Answer answer = TRY(patiently(push, "cannot push the list " + name));
  std::string digest = pushed_digest(answer.out);
  if (digest.empty())
    return fail(Fault::infrastructure, fmt::format("docker tells no digest of the list {}", name));
  auto kept = digests_of_manifest(TRY(read_back(name)).out);
  if (same_members(std::move(kept), members)) return digest;
  return fail(Fault::infrastructure,
              fmt::format("{} lists other images in the registry than the {} that were pushed",
                          name, members.size()),
              other_pusher);
}

}  // namespace pipectl::docker
