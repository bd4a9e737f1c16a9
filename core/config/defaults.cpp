#include <array>

#include "core/config/containers.hpp"
#include "core/config/keys.hpp"
#include "core/config/not_built.hpp"
#include "core/config/sections.hpp"
#include "core/config/stage_keys.hpp"
#include "core/config/values.hpp"

namespace pipectl::config {

StageSpec read_defaults(yaml::Node mapping, Pipeline& pipeline, const Context& context) {
  static constexpr std::array<std::string_view, 2> shells{"sh", "bash"};
  StageSpec spec;
  yaml::Reader reader(mapping, "'defaults'", context.diagnostics);
  reader.allow(key_names(Section::defaults));
  spec.timeout = read_timeout(reader);
  if (const auto retry = reader.node("retry")) spec.retry = read_retry(*retry, context.diagnostics);
  if (const auto shell = reader.choice("shell", shells))
    spec.shell = *shell == "bash" ? Shell::bash : Shell::sh;
  read_container(reader, spec);
  if (auto directory = read_directory(reader)) spec.working_directory = std::move(*directory);
  if (const auto env = reader.node("env")) {
    auto entries = read_env(*env, context.diagnostics);
    pipeline.env.insert(pipeline.env.end(), entries.begin(), entries.end());
  }
  for (const yaml::Node key : reader.unasked())
    if (!report_not_built(Place::stage_key, key.text(), key.span(), context.diagnostics))
      reader.report_unknown(key);
  return spec;
}

}  // namespace pipectl::config
