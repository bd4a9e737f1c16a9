#pragma once

#include "core/config/name_set.hpp"
#include "core/model/stage_spec.hpp"
#include "core/yaml/reader.hpp"

namespace pipectl::config {

/// `image` and `executor`, over what `spec` already holds.
void read_container(yaml::Reader& reader, StageSpec& spec);
/// `services`; one of the same name takes the place of an inherited one.
void read_services(yaml::Reader& reader, const NameSet& secrets, StageSpec& spec);
/// What only the whole stage can tell: an executor that needs an image has one.
void check_container(yaml::Reader& reader, const StageSpec& spec);

[[nodiscard]] Pull read_pull(yaml::Reader& reader);
/// An image's name; nothing when absent or wrong (reported).
[[nodiscard]] std::optional<expr::Template> read_image(yaml::Node value, Diagnostics& diagnostics);

}  // namespace pipectl::config
