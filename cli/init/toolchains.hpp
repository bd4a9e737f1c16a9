#pragma once

#include <filesystem>

#include "cli/init/project.hpp"

namespace pipectl::cli {

using Folder = std::filesystem::path;

[[nodiscard]] Toolchain node_toolchain(const Folder& folder);
[[nodiscard]] Toolchain python_toolchain(const Folder& folder);
[[nodiscard]] Toolchain cmake_toolchain(const Folder& folder);
[[nodiscard]] Toolchain go_toolchain(const Folder& folder);
[[nodiscard]] Toolchain rust_toolchain(const Folder& folder);
[[nodiscard]] Toolchain docker_toolchain(const Folder& folder);
[[nodiscard]] Toolchain kubernetes_toolchain(const Folder& folder);
[[nodiscard]] Toolchain minimal_toolchain(const Folder& folder);

/// Tools whose files are there, beside what `others` have: of those that run tests only where
/// nothing else does.
[[nodiscard]] Toolchain tools_by_signs(const Folder& folder, const Registry& registry,
                                       const std::vector<Toolchain>& others);

/// A folder below `folder` with a Kubernetes manifest in it, relative; empty when there is none.
[[nodiscard]] std::string manifest_folder(const Folder& folder);
[[nodiscard]] bool has_file(const Folder& folder, std::string_view name);

}  // namespace pipectl::cli
