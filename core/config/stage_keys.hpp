#pragma once

#include <optional>
#include <vector>

#include "core/config/name_set.hpp"
#include "core/model/stage_spec.hpp"
#include "core/yaml/reader.hpp"

namespace pipectl::config {

/// What a stage may refer to beside other stages.
struct StageTargets {
  NameSet secrets;
  NameSet environments;
};

/// Reads the keys that every stage has (but `extends`, `needs` and `parallel`) over what `spec`
/// already holds from its group and the defaults.
void read_stage_keys(yaml::Reader& reader, const StageTargets& targets, StageSpec& spec);

/// `needs`, when it was written.
[[nodiscard]] std::optional<std::vector<Need>> read_needs(yaml::Reader& reader);

/// Also with errors, so that what refers to its axes is not reported, too.
[[nodiscard]] Matrix read_matrix(yaml::Node value, Diagnostics& diagnostics);

/// The folder that commands run in; it must lie in the workspace.
[[nodiscard]] std::optional<expr::Template> read_directory(yaml::Reader& reader);

/// More than nothing.
[[nodiscard]] std::optional<Milliseconds> read_timeout(yaml::Reader& reader);

}  // namespace pipectl::config
