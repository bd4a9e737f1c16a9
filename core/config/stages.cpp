#include "core/config/stages.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"
#include "core/config/containers.hpp"
#include "core/config/keys.hpp"
#include "core/config/leniency.hpp"
#include "core/config/not_built.hpp"
#include "core/config/values.hpp"

namespace pipectl::config {
namespace {

constexpr std::string_view parallel = "parallel";

}  // namespace

void StagesReader::read(yaml::Node mapping) {
  if (mapping.kind() != yaml::Kind::mapping) {
    if (mapping.kind() != yaml::Kind::null)
      context_.diagnostics.error(
          mapping.span(),
          fmt::format("'stages' must be a mapping, not {}", describe(mapping.kind())),
          "write the name of each stage as its key");
    return;
  }
  pipeline_.stages.reserve(pipeline_.stages.size() + mapping.size());
  drafts_.reserve(drafts_.size() + mapping.size());
  for (const auto& [key, value] : mapping.entries())
    if (!Templates::is_template(key.text())) read_entry(key, value);
}

bool StagesReader::take_name(yaml::Node key, std::string_view what) {
  written_.add(key.text());
  if (!check_name(key, what, context_.diagnostics)) return false;
  const auto [entry, fresh] = names_.try_emplace(key.text(), key.span());
  if (fresh) return true;
  const Span& first = entry->second;
  context_.diagnostics.error(
      key.span(), fmt::format("the name '{}' is taken", key.text()),
      first.file == key.span().file
          ? fmt::format("it stands already in line {}", first.line)
          : fmt::format("it stands already in {}, line {}", first.file->path, first.line));
  return false;
}

void StagesReader::read_entry(yaml::Node key, yaml::Node value) {
  const Extended extended = extend(value);
  const auto members = extended.mapping.find(parallel);
  const auto first = static_cast<std::uint32_t>(drafts_.size());
  if (members)
    read_group(key, extended, *members, ungrouped_);
  else
    read_stage(key, extended, ungrouped_);
  const auto last = static_cast<std::uint32_t>(drafts_.size());
  if (last > first) entries_.push_back({key.text(), first, last});
}

StagesReader::Extended StagesReader::extend(yaml::Node value) {
  const std::size_t errors = context_.diagnostics.error_count();
  const yaml::Node mapping = templates_.resolve(value);
  return {mapping, context_.diagnostics.error_count() > errors};
}

void StagesReader::read_stage(yaml::Node key, const Extended& extended, const Group& group) {
  if (const auto members = extended.mapping.find(parallel))
    return read_nested_group(key, extended, *members, group);
  const bool named = take_name(key, "a stage");
  const yaml::Node value = extended.mapping;
  if (value.kind() == yaml::Kind::scalar || value.kind() == yaml::Kind::sequence) {
    context_.diagnostics.error(
        value.span(),
        fmt::format("stage '{}' must be a mapping, not {}", key.text(), describe(value.kind())),
        "write {run: ...} for a command");
    return;
  }
  StageSpec spec = group.spec;
  spec.name = key.text();
  spec.where = key.span();
  yaml::Reader reader(value, fmt::format("stage '{}'", key.text()), context_.diagnostics);
  read_stage_keys(reader, targets_, spec);
  check_container(reader, spec);
  auto needs = read_needs(reader);
  if (!needs) needs = group.needs;
  if (!named) return;
  const auto kind = reader.node("kind");
  StageDraft draft{with_inherited(value, group, spec.kind), std::move(needs),
                   static_cast<std::uint32_t>(entries_.size()),
                   kind ? kind->span() : group.kind.value_or(key.span()),
                   extended.incomplete || group.incomplete};
  pipeline_.stages.push_back(std::move(spec));
  drafts_.push_back(std::move(draft));
}

/// Of a kind's own keys only the names can be checked: what they hold belongs to a stage.
void StagesReader::check_unused_templates() {
  for (const auto& [key, mapping] : templates_.unused()) {
    yaml::Reader reader(mapping, fmt::format("template '{}'", key.text()), context_.diagnostics);
    StageSpec scratch = ungrouped_.spec;
    read_stage_keys(reader, targets_, scratch);
    static_cast<void>(read_needs(reader));
    std::vector<std::string_view> known(key_names(Section::stage).begin(),
                                        key_names(Section::stage).end());
    for (const auto& kind : context_.registry.stage_kinds()) {
      const auto& own = kind_keys(kind->name());
      known.insert(known.end(), own.begin(), own.end());
    }
    for (const yaml::Node unknown : reader.unasked()) {
      if (std::ranges::find(known, unknown.text()) != known.end() ||
          report_not_built(Place::stage_key, unknown.text(), unknown.span(), context_.diagnostics))
        continue;
      context_.diagnostics.error(unknown.span(), fmt::format("unknown key '{}'", unknown.text()),
                                 suggestion(unknown.text(), known));
    }
  }
}

const std::vector<std::string_view>& StagesReader::kind_keys(std::string_view kind) {
  const auto known = kind_keys_.find(kind);
  if (known != kind_keys_.end()) return known->second;
  auto& names = kind_keys_[std::string(kind)];
  names.assign(leniency_keys.begin(), leniency_keys.end());
  if (const auto* found = context_.registry.stage_kind(kind))
    for (const auto& key : context_.registry.keys_of(*found)) names.push_back(key.name);
  return names;
}

}  // namespace pipectl::config
