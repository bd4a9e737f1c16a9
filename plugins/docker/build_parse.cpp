#include <fmt/format.h>

#include "plugins/docker/build_spec.hpp"
#include "plugins/docker/names.hpp"

namespace pipectl::docker {
namespace {

void check_names(const std::vector<expr::Template>& names, std::string_view what,
                 Diagnostics& diagnostics) {
  for (const auto& name : names)
    if (name.is_literal() && !is_image_name(name.text()))
      diagnostics.error(name.where(), fmt::format("'{}' is no {}", name.text(), what),
                        "such as app:1.0 or registry.example/team/app:1.0");
}

/// A text is for a shell, a list is a program with its arguments: as in a Dockerfile.
void read_check(yaml::Reader& reader, const ParseContext& context, BuildSpec& spec) {
  const auto node = reader.node("check");
  if (!node) return;
  spec.check = read_texts("check", reader, context);
  const bool is_list = node->kind() == yaml::Kind::sequence;
  spec.check_form = is_list ? BuildSpec::Check::program : BuildSpec::Check::shell;
  if (spec.check.empty() || spec.check.front().text().empty())
    context.diagnostics.error(node->span(), "`check` holds no command");
  // What a shell reads holds nothing from outside, here as in `run`.
  if (!is_list)
    for (const auto& text : spec.check) text.check_shell(context.names, context.diagnostics);
}

}  // namespace

const char* const build_schema =
    R"({"type":"object","additionalProperties":false,"properties":{)"
    R"("context":{"type":"string"},"dockerfile":{"type":"string"},"target":{"type":"string"},)"
    R"("build_args":{"type":"object","additionalProperties":{"$ref":"#/$defs/text"}},)"
    R"("labels":{"type":"object","additionalProperties":{"$ref":"#/$defs/text"}},)"
    R"("secrets":{"$ref":"#/$defs/names"},"tags":{"$ref":"#/$defs/texts"},)"
    R"("platforms":{"$ref":"#/$defs/texts"},"cache_from":{"$ref":"#/$defs/texts"},)"
    R"("cache":{"type":"boolean"},"pull":{"type":"boolean"},"check":{"$ref":"#/$defs/texts"}}})";

std::optional<BuildSpec> parse_build(yaml::Node mapping, const ParseContext& context) {
  const std::size_t errors = context.diagnostics.error_count();
  yaml::Reader reader{mapping, fmt::format("`docker` of stage '{}'", context.stage.name),
                      context.diagnostics};
  BuildSpec spec;
  spec.context = read_text("context", reader, context);
  spec.file = read_text("dockerfile", reader, context);
  spec.target = read_text("target", reader, context);
  spec.build_args = read_map("build_args", reader, context);
  spec.labels = read_map("labels", reader, context);
  spec.secrets = read_granted("secrets", reader, context);
  spec.tags = read_texts("tags", reader, context);
  check_names(spec.tags, "name for an image", context.diagnostics);
  spec.platforms = read_platforms(reader);
  spec.cache_from = read_texts("cache_from", reader, context);
  check_names(spec.cache_from, "name of an image", context.diagnostics);
  if (!reader.boolean("cache").value_or(true)) spec.cache = BuildSpec::Cache::ignore;
  if (reader.boolean("pull").value_or(false)) spec.bases = BuildSpec::Bases::newest;
  read_check(reader, context, spec);
  if (spec.platforms.size() > 1 && spec.tags.empty() && context.diagnostics.error_count() == errors)
    context.diagnostics.error(mapping.span(), "several platforms need a tag",
                              "each platform's image is found by it");
  reader.finish();
  if (context.diagnostics.error_count() > errors) return std::nullopt;
  return spec;
}

}  // namespace pipectl::docker
