#include "plugins/kubernetes/rotation_record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "core/base/base64.hpp"
#include "core/base/text.hpp"
#include "plugins/kubernetes/json_access.hpp"
#include "plugins/kubernetes/time_text.hpp"

namespace pipectl::plugins::kubernetes {
namespace {

using nlohmann::json;
using Phase = Rotation::Phase;

constexpr std::array<std::pair<Phase, const char*>, 4> phases{{{Phase::replacing, "replacing"},
                                                               {Phase::grace, "grace"},
                                                               {Phase::retiring, "retiring"},
                                                               {Phase::undoing, "undoing"}}};

constexpr const char* key_note = "pipectl.dev/key";
constexpr const char* phase_note = "pipectl.dev/phase";
constexpr const char* issued_note = "pipectl.dev/issued";
constexpr const char* until_note = "pipectl.dev/until";

std::string note(const std::map<std::string, std::string>& notes, const char* name) {
  const auto found = notes.find(name);
  return found == notes.end() ? std::string{} : found->second;
}

}  // namespace

std::string to_record(const Rotation& rotation, const std::string& name, const std::string& key) {
  const auto* const phase =
      std::ranges::find(phases, rotation.phase, &std::pair<Phase, const char*>::first);
  json notes{
      {key_note, key}, {phase_note, phase->second}, {issued_note, rotation.issued ? "yes" : "no"}};
  if (rotation.until) notes[until_note] = iso8601(*rotation.until);
  return json{
      {"apiVersion", "v1"},
      {"kind", "Secret"},
      {"metadata",
       {{"name", name},
        {"labels", {{"app.kubernetes.io/managed-by", "pipectl"}}},
        {"annotations", std::move(notes)}}},
      {"type", "Opaque"},
      {"data",
       {{"old", encode_base64(rotation.old_value)}, {"new", encode_base64(rotation.fresh_value)}}}}
      .dump();
}

Result<Rotation> rotation_in(const std::string& record, const std::string& key) {
  const json root = json::parse(record, nullptr, false);
  const auto notes = texts_at(root, "/metadata/annotations");
  const auto data = texts_at(root, "/data");
  const std::string name = text_at(root, "/metadata/name");
  const std::string other = note(notes, key_note);
  if (!other.empty() && other != key)
    return fail(
        Fault::step,
        fmt::format("the rotation of key '{}' of this Secret is unfinished", printable(other)),
        "finish it first: `pipectl secrets rotate`");
  const auto* const phase = std::ranges::find(
      phases, note(notes, phase_note), [](const auto& one) { return std::string{one.second}; });
  const auto old_value = decode_base64(note(data, "old"));
  const auto fresh = decode_base64(note(data, "new"));
  if (phase == phases.end() || !old_value || !fresh || old_value->empty() || fresh->empty())
    return fail(Fault::step, fmt::format("Secret '{}' is no record of a rotation", printable(name)),
                "pipectl keeps a rotation there: give the Secret another name, or remove it");
  return Rotation{phase->first, *old_value, *fresh, note(notes, issued_note) == "yes",
                  parse_time(note(notes, until_note))};
}

}  // namespace pipectl::plugins::kubernetes
