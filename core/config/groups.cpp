#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"
#include "core/config/keys.hpp"
#include "core/config/leniency.hpp"
#include "core/config/not_built.hpp"
#include "core/config/stages.hpp"

// `parallel`: what a group sets, its members inherit.

namespace pipectl::config {
namespace {

constexpr std::size_t most_inherited = 1'000'000;
/// That are read although the file is refused: a template may stand for groups of groups of groups.
constexpr std::size_t most_nested = 1'000;

/// How many values each member gets a copy of.
std::size_t values_in(const StageSpec& spec) {
  std::size_t values = spec.env.size() + spec.secrets.size() + spec.artifacts.size() +
                       spec.changed.size() + spec.inputs.size() + spec.outputs.size() +
                       spec.requirements.size() + spec.gates.size();
  for (const auto& report : spec.reports) values += 1 + report.paths.size();
  if (spec.cache) values += spec.cache->paths.size();
  if (!spec.matrix) return values;
  for (const auto& axis : spec.matrix->axes) values += axis.values.size();
  return values + spec.matrix->include.size() + spec.matrix->exclude.size();
}

bool is_command(std::string_view key) noexcept { return key == "run" || key == "steps"; }

}  // namespace

void StagesReader::read_group(yaml::Node key, const Extended& extended, yaml::Node members,
                              const Group& base) {
  const bool named = take_name(key, "a group");
  if (members.kind() != yaml::Kind::mapping || members.size() == 0) {
    const bool empty = members.kind() == yaml::Kind::mapping || members.kind() == yaml::Kind::null;
    context_.diagnostics.error(
        empty ? key.span() : members.span(),
        empty ? fmt::format("group '{}' has no member", key.text())
              : fmt::format("'parallel' must be a mapping, not {}", describe(members.kind())),
        "write the name of each member as its key");
    return;
  }
  Group group = read_group_keys(key, extended.mapping, members, base);
  group.incomplete = extended.incomplete || base.incomplete;
  if (named) group.spec.group = key.text();
  if (is_too_much(key, group, members.size())) return;
  pipectl::Group made{std::string(key.text()), {}, key.span()};
  for (const auto& [name, value] : members.entries()) {
    std::size_t next = drafts_.size();
    read_stage(name, extend(value), group);
    for (; next < drafts_.size(); ++next) made.members.push_back(pipeline_.stages[next].name);
  }
  if (named && !made.members.empty()) pipeline_.groups.push_back(std::move(made));
}

void StagesReader::read_nested_group(yaml::Node key, const Extended& extended, yaml::Node members,
                                     const Group& outer) {
  if (outer.nested) return static_cast<void>(take_name(key, "a group"));
  Span where = members.span();
  for (const auto& [name, value] : extended.mapping.entries())
    if (name.text() == "parallel") where = name.span();
  context_.diagnostics.error(where, fmt::format("the group '{}' stands in a group", key.text()),
                             "move its members into the `parallel` around it");
  nested_ += members.size();
  if (members.kind() != yaml::Kind::mapping || members.size() == 0 || nested_ > most_nested)
    return static_cast<void>(take_name(key, "a group"));
  Group base = outer;
  base.nested = true;
  read_group(key, extended, members, base);
}

bool StagesReader::is_too_much(yaml::Node key, const Group& group, std::size_t members) {
  const std::size_t needs = group.needs ? group.needs->size() : 0;
  inherited_ += members * (values_in(group.spec) + needs);
  if (inherited_ <= most_inherited) return false;
  context_.diagnostics.error(key.span(), "members of groups inherit more than 1,000,000 values");
  return true;
}

StagesReader::Group StagesReader::read_group_keys(yaml::Node key, yaml::Node mapping,
                                                  yaml::Node members, const Group& base) {
  Group group = base;
  yaml::Reader reader(mapping, fmt::format("group '{}'", key.text()), context_.diagnostics);
  reader.allow(key_names(Section::stage));
  read_stage_keys(reader, targets_, group.spec);
  if (auto needs = read_needs(reader)) group.needs = std::move(needs);
  if (const auto kind = reader.node("kind")) group.kind = kind->span();
  const bool lenient = std::ranges::any_of(
      leniency_keys, [&](std::string_view key) { return mapping.find(key).has_value(); });
  if (reader.unasked().empty() && !lenient) return group;
  // A nested one may be a stage that got `parallel` by mistake: one error for it is enough.
  if (!base.nested) check_group_keys(reader, members);
  group.inherited = base.inherited ? overlay_.merge(*base.inherited, mapping, {}) : mapping;
  return group;
}

void StagesReader::check_group_keys(yaml::Reader& reader, yaml::Node members) {
  std::vector<std::string_view> known(key_names(Section::stage).begin(),
                                      key_names(Section::stage).end());
  const auto learn = [&](const std::optional<yaml::Node>& kind) {
    const auto& keys = kind_keys(kind ? kind->text() : "run");
    for (const auto name : keys)
      if (std::ranges::find(known, name) == known.end()) known.push_back(name);
  };
  learn(reader.self().find("kind"));
  for (const auto& [name, member] : members.entries())
    if (const auto kind = templates_.resolve(member).find("kind")) learn(kind);
  for (const yaml::Node key : reader.unasked()) {
    if (is_command(key.text())) {
      context_.diagnostics.error(key.span(),
                                 fmt::format("a group has no '{}' of its own", key.text()),
                                 "give it to the members");
      continue;
    }
    if (std::ranges::find(known, key.text()) != known.end()) continue;
    if (report_not_built(Place::stage_key, key.text(), key.span(), context_.diagnostics)) continue;
    context_.diagnostics.error(key.span(), fmt::format("unknown key '{}'", key.text()),
                               suggestion(key.text(), known));
  }
}

yaml::Node StagesReader::with_inherited(yaml::Node mapping, const Group& group,
                                        std::string_view kind) {
  if (!group.inherited) return mapping;
  const auto& keys = kind_keys(kind);
  const yaml::Node base = overlay_.keep(*group.inherited, [&](std::string_view name) {
    return !is_command(name) && std::ranges::find(keys, name) != keys.end();
  });
  return overlay_.merge(base, mapping, {});
}

}  // namespace pipectl::config
