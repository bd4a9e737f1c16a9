#include <nlohmann/json.hpp>

#include "cli/init/toolchains.hpp"
#include "core/base/files.hpp"

namespace pipectl::cli {
namespace {

struct Manager {
  std::string program;
  std::string install;
  std::string lock;
};

Manager manager_of(const Folder& folder) {
  if (has_file(folder, "pnpm-lock.yaml"))
    return {"pnpm", "pnpm install --frozen-lockfile", "pnpm-lock.yaml"};
  if (has_file(folder, "yarn.lock")) return {"yarn", "yarn install --frozen-lockfile", "yarn.lock"};
  if (has_file(folder, "package-lock.json")) return {"npm", "npm ci", "package-lock.json"};
  return {"npm", "npm install", ""};
}

nlohmann::json package_of(const Folder& folder) {
  const auto text = read_file(folder / "package.json", 1U << 20U);
  if (!text) return nlohmann::json::object();
  return nlohmann::json::parse(*text, nullptr, false);
}

// What `npm init` writes in place of a test.
constexpr std::string_view no_test = "no test specified";

bool has_script(const nlohmann::json& package, const char* name) {
  if (!package.is_object() || !package.contains("scripts")) return false;
  const auto& scripts = package["scripts"];
  if (!scripts.is_object() || !scripts.contains(name) || !scripts[name].is_string()) return false;
  return scripts[name].get<std::string>().find(no_test) == std::string::npos;
}

}  // namespace

Toolchain node_toolchain(const Folder& folder) {
  const auto manager = manager_of(folder);
  const auto package = package_of(folder);
  const auto known = package.is_object() && package.contains("scripts");
  const auto& tool = manager.program;
  Toolchain node{"node", {}};
  node.stages.push_back({Part::prepare,
                         "install",
                         "",
                         manager.lock.empty() ? "" : "exactly what the lock file says",
                         {tool},
                         {manager.install},
                         {}});
  if (!known || has_script(package, "lint"))
    node.stages.push_back({Part::quality, "lint", "lint", "", {tool}, {tool + " run lint"}, {}});
  if (!known || has_script(package, "test"))
    node.stages.push_back({Part::quality, "test", "test", "", {tool}, {tool + " test"}, {}});
  if (tool == "npm" && !manager.lock.empty())
    node.stages.push_back(
        {Part::quality,
         "audit",
         "security",
         "known vulnerabilities are a warning; drop allow_failure to stop on them",
         {tool},
         {"npm audit --audit-level=high"},
         {"allow_failure: true"}});
  if (has_script(package, "build"))
    node.stages.push_back({Part::build, "build", "build", "", {tool}, {tool + " run build"}, {}});
  return node;
}

}  // namespace pipectl::cli
