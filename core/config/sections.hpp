#pragma once

#include <filesystem>
#include <string_view>

#include "core/config/context.hpp"
#include "core/config/name_set.hpp"
#include "core/model/pipeline.hpp"
#include "core/yaml/reader.hpp"

// One reader for each mapping at the top of a pipeline file. Each appends to the pipeline, so that
// several files add up; the same name in two of them is a diagnostic.

namespace pipectl::config {

[[nodiscard]] Source read_source(yaml::Node value, const NameSet& secrets, const Context& context);
void read_params(yaml::Node mapping, Pipeline& pipeline, const Context& context);
void read_secrets(yaml::Node mapping, const std::filesystem::path& folder, Pipeline& pipeline,
                  const Context& context);
void read_environments(yaml::Node mapping, const NameSet& secrets, Pipeline& pipeline,
                       const Context& context);
/// `on`: one event, a list, or a mapping from event to rule.
void read_events(yaml::Node value, const NameSet& stages, Pipeline& pipeline,
                 const Context& context);
/// Values for stages that set none, as a stage that the others are made from. `env` goes into the
/// pipeline.
[[nodiscard]] StageSpec read_defaults(yaml::Node mapping, Pipeline& pipeline,
                                      const Context& context);

}  // namespace pipectl::config
