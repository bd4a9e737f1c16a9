#include "plugins/docker/names.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/sha256.hpp"

namespace pipectl::docker {
namespace {

constexpr std::size_t longest_stage = 60;
constexpr std::size_t longest_image = 500;

constexpr bool is_alnum(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// A value that was empty leaves `app:`, `app@`, `registry//app`.
bool all_parts_are_there(std::string_view name) noexcept {
  constexpr std::string_view separators = ":@/";
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (separators.find(name[i]) == std::string_view::npos) continue;
    if (i + 1 == name.size() || !(is_alnum(name[i + 1]) || name[i + 1] == '_')) return false;
  }
  return true;
}

/// As it is where it may be; else readable, and different for every name.
std::string stage_part(std::string_view stage) {
  std::string part;
  for (const char c : stage.substr(0, longest_stage)) {
    const bool kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : '-';
    part += kept ? c : lower;
  }
  if (part == stage) return part;
  return fmt::format("{}-{}", part, sha256_hex(stage).substr(0, 8));
}

}  // namespace

std::string place_name(std::string_view run_id, std::string_view stage, int attempt) {
  std::string run;
  for (const char c : run_id)
    run += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : (is_alnum(c) ? c : '-');
  return fmt::format("pipectl-{}-{}-{}", run, stage_part(stage), attempt);
}

std::filesystem::path places_dir(const std::filesystem::path& run_dir) {
  return run_dir / "containers";
}

bool is_image_name(std::string_view name) noexcept {
  constexpr std::string_view others = "._-/:@";
  return !name.empty() && name.size() <= longest_image && is_alnum(name.front()) &&
         std::ranges::all_of(
             name,
             [&](char c) { return is_alnum(c) || others.find(c) != std::string_view::npos; }) &&
         all_parts_are_there(name);
}

}  // namespace pipectl::docker
