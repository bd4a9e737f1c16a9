#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace pipectl::docker {

/// The label that everything of a run carries; its value is the run's id.
constexpr std::string_view run_label = "dev.pipectl.run";
constexpr std::string_view stage_label = "dev.pipectl.stage";
/// What Compose labels everything of a project with.
constexpr std::string_view project_label = "com.docker.compose.project";

/// `pipectl-<run id>-<stage>-<attempt>`, in characters that containers, networks and Compose
/// projects may have in their names. Two stages never share one.
[[nodiscard]] std::string place_name(std::string_view run_id, std::string_view stage, int attempt);

/// Where the places of a run keep what their containers share with this host. A folder in it stands
/// for a place that was not removed yet.
[[nodiscard]] std::filesystem::path places_dir(const std::filesystem::path& run_dir);

/// A name of an image as the engine takes it: nothing that could be an option, and no spaces.
[[nodiscard]] bool is_image_name(std::string_view name) noexcept;

}  // namespace pipectl::docker
