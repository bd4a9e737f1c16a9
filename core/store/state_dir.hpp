#pragma once

#include <filesystem>

#include "core/base/result.hpp"

namespace pipectl::store {

/// Makes `directory` a state directory: 0700, with a .gitignore of `*`, `runs/` and `cache/` in it.
/// An existing one is taken when it is empty or was one already; refused (Fault::infrastructure,
/// with the way out) is one that holds other things, because its .gitignore would hide them, one of
/// another user, and one whose `runs` or `cache` is a link that leads elsewhere.
Result<void> prepare_state_dir(const std::filesystem::path& directory);

/// Makes one folder, mode 0700; a folder that is there already is fine, anything else is not.
Result<void> make_private_dir(const std::filesystem::path& directory);

}  // namespace pipectl::store
