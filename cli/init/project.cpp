#include "cli/init/project.hpp"

#include <fmt/format.h>

#include <array>

#include "cli/init/toolchains.hpp"
#include "core/base/text.hpp"

namespace pipectl::cli {
namespace {

using Make = Toolchain (*)(const Folder&);
using Found = bool (*)(const Folder&);

struct Known {
  std::string_view name;
  Make make;
  Found found;
};

template <class... Names>
bool has_one(const Folder& folder, Names... names) {
  return (has_file(folder, names) || ...);
}

constexpr std::array table{
    Known{"node", node_toolchain, [](const Folder& f) { return has_one(f, "package.json"); }},
    Known{"python", python_toolchain,
          [](const Folder& f) {
            return has_one(f, "pyproject.toml", "setup.py", "requirements.txt", "setup.cfg");
          }},
    Known{"cmake", cmake_toolchain, [](const Folder& f) { return has_one(f, "CMakeLists.txt"); }},
    Known{"go", go_toolchain, [](const Folder& f) { return has_one(f, "go.mod"); }},
    Known{"rust", rust_toolchain, [](const Folder& f) { return has_one(f, "Cargo.toml"); }},
    Known{"docker", docker_toolchain,
          [](const Folder& f) { return has_one(f, "Dockerfile", "Containerfile"); }},
    Known{"kubernetes", kubernetes_toolchain,
          [](const Folder& f) { return !manifest_folder(f).empty(); }},
    Known{"minimal", minimal_toolchain, [](const Folder&) { return false; }},
};

}  // namespace

std::vector<Toolchain> detect(const std::filesystem::path& folder, const Registry& registry) {
  std::vector<Toolchain> toolchains;
  for (const auto& known : table)
    if (known.found(folder)) toolchains.push_back(known.make(folder));
  auto signs = tools_by_signs(folder, registry, toolchains);
  if (!signs.stages.empty()) toolchains.push_back(std::move(signs));
  return toolchains;
}

std::vector<std::string> template_names() {
  std::vector<std::string> names;
  names.reserve(table.size());
  for (const auto& known : table) names.emplace_back(known.name);
  return names;
}

Result<Toolchain> toolchain_of(std::string_view name, const std::filesystem::path& folder) {
  std::vector<std::string_view> names;
  for (const auto& known : table) {
    if (known.name == name) return known.make(folder);
    names.push_back(known.name);
  }
  auto hint = suggestion(name, names);
  if (hint.empty()) hint = "one of " + join(template_names(), ", ");
  return fail(Fault::usage, fmt::format("there is no template '{}'", printable(name)), hint);
}

}  // namespace pipectl::cli
