#pragma once

#include <string>

#include "core/api/rotation_target.hpp"

namespace pipectl::plugins::kubernetes {

/// A rotation as the Secret `NAME-rotation` holds it: both values as data, all else as annotations.
[[nodiscard]] std::string to_record(const Rotation& rotation, const std::string& name,
                                    const std::string& key);
/// Fault::step when it is that of another key of the Secret, or none that pipectl wrote.
[[nodiscard]] Result<Rotation> rotation_in(const std::string& record, const std::string& key);

}  // namespace pipectl::plugins::kubernetes
