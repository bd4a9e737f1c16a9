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

bool depends_on(const nlohmann::json& package, const char* name) {
  if (!package.is_object()) return false;
  const auto lists = [&](const char* key) {
    const auto all = package.find(key);
    return all != package.end() && all->is_object() && all->contains(name);
  };
  return lists("dependencies") || lists("devDependencies");
}

/// With a report where the project has what writes one, else its own script.
StageDraft lint_of(const nlohmann::json& package, const std::string& manager) {
  StageDraft lint{Part::quality, "lint", "lint", "", {manager}, {manager + " run lint"}, {}};
  if (!depends_on(package, "eslint")) return lint;
  lint.run.clear();
  lint.requires_ = {"npx"};
  lint.tool = "eslint";
  return lint;
}

StageDraft test_of(const nlohmann::json& package, const std::string& manager) {
  StageDraft test{Part::quality, "test", "test", "", {manager}, {manager + " test"}, {}};
  if (depends_on(package, "jest") && depends_on(package, "jest-junit")) test.tool = "jest";
  if (depends_on(package, "vitest")) test.tool = "vitest";
  if (test.tool.empty()) return test;
  test.run.clear();
  test.requires_ = {"npx"};
  return test;
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
  if (!known || has_script(package, "lint")) node.stages.push_back(lint_of(package, tool));
  if (!known || has_script(package, "test")) node.stages.push_back(test_of(package, tool));
  if (tool == "npm" && !manager.lock.empty())
    node.stages.push_back(
        {Part::quality,
         "audit",
         "security",
         "known vulnerabilities are a warning; drop allow_failure to stop on them",
         {tool},
         {},
         {"allow_failure: true"},
         Absent::fails,
         "npm-audit"});
  if (has_script(package, "build"))
    node.stages.push_back({Part::build, "build", "build", "", {tool}, {tool + " run build"}, {}});
  return node;
}

}  // namespace pipectl::cli
