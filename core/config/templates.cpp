#include "core/config/templates.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace pipectl::config {
namespace {

constexpr std::size_t deepest = 100;             ///< templates that extend templates
constexpr std::size_t most_entries = 1'000'000;  ///< taken over by all stages together

}  // namespace

void Templates::add(yaml::Node key, yaml::Node value) {
  const auto [entry, fresh] = templates_.try_emplace(key.text(), Template{key, value});
  names_.add(key.text());
  if (!fresh)
    diagnostics_.error(
        key.span(), fmt::format("template '{}' is defined twice", key.text()),
        fmt::format("the other one stands in {}, line {}; to build on it, take another name and "
                    "`extends: {}`",
                    entry->second.key.span().file->path, entry->second.key.span().line,
                    key.text()));
}

yaml::Node Templates::over(yaml::Node base, yaml::Node top) {
  const bool has_commands = top.find("run").has_value() || top.find("steps").has_value();
  if (has_commands && (base.find("run") || base.find("steps")))
    base = overlay_.keep(base, [](auto key) { return key != "run" && key != "steps"; });
  return overlay_.merge(base, top, "env");
}

yaml::Node Templates::resolve(yaml::Node mapping) {
  const auto extends = mapping.find("extends");
  if (!extends) return mapping;
  std::optional<yaml::Node> base;
  for (const yaml::Node name : yaml::read_strings(*extends, "extends", diagnostics_)) {
    const auto next = resolved(name);
    if (next) base = base ? over(*base, *next) : *next;
  }
  const yaml::Node own = overlay_.keep(mapping, [](auto key) { return key != "extends"; });
  return base ? over(*base, own) : own;
}

std::optional<yaml::Node> Templates::resolved(yaml::Node name) {
  const auto found = templates_.find(name.text());
  if (found == templates_.end()) {
    const auto hint = names_.suggest(name.text());
    diagnostics_.error(
        name.span(), fmt::format("unknown template '{}'", name.text()),
        hint.empty() ? "a template is a top-level key that begins with a dot" : hint);
    return std::nullopt;
  }
  Template& entry = found->second;
  if (entry.value.kind() != yaml::Kind::mapping) {
    diagnostics_.error(name.span(), fmt::format("template '{}' is no mapping", name.text()));
    return std::nullopt;
  }
  if (entry.state == State::open) {
    report_cycle(name);
    return std::nullopt;
  }
  if (is_too_much(name)) return std::nullopt;
  if (entry.state == State::untouched) {
    entry.state = State::open;
    path_.push_back(found->first);
    entry.value = resolve(entry.value);
    path_.pop_back();
    entry.state = State::done;
  }
  return entry.value;
}

std::vector<Templates::Unused> Templates::unused() {
  constexpr std::array<std::string_view, 5> marks{"run", "steps", "kind", "extends", "parallel"};
  std::vector<Template*> left;
  for (const auto name : names_.all()) {
    Template& entry = templates_.at(name);
    const auto marked = [&](std::string_view key) { return entry.value.find(key).has_value(); };
    if (entry.state == State::untouched && std::ranges::any_of(marks, marked))
      left.push_back(&entry);
  }
  std::vector<Unused> unused;
  for (const Template* entry : left)
    if (const auto mapping = resolved(entry->key)) unused.push_back({entry->key, *mapping});
  return unused;
}

bool Templates::is_too_much(yaml::Node name) {
  if (path_.size() >= deepest)
    diagnostics_.error(name.span(),
                       fmt::format("more than {} templates extend each other", deepest));
  else if (overlay_.entries() > most_entries)
    diagnostics_.error(name.span(), "templates make this file larger than 1,000,000 entries");
  else
    return false;
  return true;
}

void Templates::report_cycle(yaml::Node name) {
  std::string cycle;
  for (auto at = std::ranges::find(path_, name.text()); at != path_.end(); ++at)
    cycle += fmt::format("{} -> ", *at);
  diagnostics_.error(name.span(),
                     fmt::format("templates extend each other: {}{}", cycle, name.text()));
}

}  // namespace pipectl::config
