#include <fmt/format.h>

#include <array>
#include <map>

#include "core/base/text.hpp"
#include "core/config/keys.hpp"
#include "core/config/sections.hpp"
#include "core/config/values.hpp"
#include "core/model/param_value.hpp"

namespace pipectl::config {
namespace {

ParamType type_of(std::string_view name) noexcept {
  if (name == "integer") return ParamType::integer;
  return name == "boolean" ? ParamType::boolean : ParamType::string;
}

void read_pattern(yaml::Reader& reader, Param& param) {
  const auto node = reader.node("pattern");
  if (!node) return;
  const auto text = yaml::read_string(*node, "pattern", reader.diagnostics());
  if (!text) return;
  param.pattern = *text;
  const auto complaint = complaint_about_pattern(param.pattern);
  if (complaint.empty()) return;
  reader.diagnostics().error(node->span(), fmt::format("'{}' {}", param.pattern, complaint));
  param.pattern.clear();
}

void read_default(yaml::Reader& reader, Param& param) {
  const auto node = reader.node("default");
  if (!node) return;
  const auto text = yaml::read_string(*node, "default", reader.diagnostics());
  if (!text || !check_literal(*node, "default", reader.diagnostics())) return;
  param.default_value = *text;
  const auto complaint = complaint_about(param, *param.default_value);
  if (!complaint.empty())
    reader.diagnostics().error(node->span(), fmt::format("the default '{}' {}", *text, complaint));
}

void read_choices(yaml::Reader& reader, Param& param) {
  Param one = param;  // a choice must have the right type, whatever the other choices are
  for (const yaml::Node item : reader.strings("choices")) {
    const std::string choice(item.text());
    const auto complaint = complaint_about(one, choice);
    if (!complaint.empty())
      reader.diagnostics().error(item.span(), fmt::format("the choice '{}' {}", choice, complaint));
    param.choices.push_back(choice);
  }
  const auto choices = reader.node("choices");
  if (choices && choices->kind() == yaml::Kind::sequence && choices->size() == 0)
    reader.diagnostics().error(choices->span(), "'choices' lists no value",
                               "leave it out where every value will do");
}

Param read_param(yaml::Node key, yaml::Node value, const Context& context) {
  static constexpr std::array<std::string_view, 3> types{"string", "integer", "boolean"};
  Param param;
  param.name = key.text();
  param.where = key.span();
  yaml::Reader reader(value, fmt::format("parameter '{}'", key.text()), context.diagnostics);
  reader.allow(key_names(Section::param));
  if (const auto type = reader.choice("type", types)) param.type = type_of(*type);
  read_pattern(reader, param);
  read_choices(reader, param);
  read_default(reader, param);
  param.optional = reader.boolean("optional").value_or(false);
  param.description = reader.string("description").value_or("");
  reader.finish();
  return param;
}

/// `a-b` and `a_b` would both be PIPECTL_PARAM_A_B.
void check_variables(const Pipeline& pipeline, Diagnostics& diagnostics) {
  std::map<std::string, const Param*> variables;
  for (const auto& param : pipeline.params) {
    const auto [entry, fresh] = variables.emplace(env_name(param.name), &param);
    if (!fresh && entry->second->name != param.name)
      diagnostics.error(param.where, fmt::format("parameters '{}' and '{}' are the same variable, "
                                                 "PIPECTL_PARAM_{}",
                                                 entry->second->name, param.name, entry->first));
  }
}

}  // namespace

void read_params(yaml::Node mapping, Pipeline& pipeline, const Context& context) {
  const yaml::Reader whole(mapping, "'params'", context.diagnostics);
  for (const auto& [key, value] : mapping.entries()) {
    check_name(key, "a parameter", context.diagnostics);
    pipeline.params.push_back(read_param(key, value, context));
  }
  check_variables(pipeline, context.diagnostics);
}

}  // namespace pipectl::config
