#include "cli/init/toolchains.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "core/base/files.hpp"

namespace pipectl::cli {
namespace {

std::string python_install(const Folder& folder) {
  if (has_file(folder, "requirements.txt")) return ".venv/bin/pip install -r requirements.txt";
  return ".venv/bin/pip install -e .";
}

bool is_manifest(const std::filesystem::path& file) {
  const auto extension = file.extension();
  if (extension != ".yaml" && extension != ".yml") return false;
  const auto text = read_file(file, 1U << 20U);
  return text && text->find("apiVersion:") != std::string::npos &&
         text->find("kind:") != std::string::npos;
}

}  // namespace

bool has_file(const Folder& folder, std::string_view name) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(folder / name, ignored);
}

std::string manifest_folder(const Folder& folder) {
  constexpr std::array<std::string_view, 5> usual{"k8s", "kubernetes", "manifests", "deploy",
                                                  "deployment"};
  for (const auto name : usual) {
    std::error_code ignored;
    std::set<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder / name, ignored))
      files.insert(entry.path());
    if (std::any_of(files.begin(), files.end(), is_manifest)) return std::string{name};
  }
  return {};
}

Toolchain python_toolchain(const Folder& folder) {
  const bool pytest = has_file(folder, "pytest.ini") || has_file(folder, "conftest.py") ||
                      has_file(folder, "tests/conftest.py") || has_file(folder, "pyproject.toml");
  Toolchain python{"python", {}};
  StageDraft install{Part::prepare,
                     "install",
                     "",
                     "an environment of its own",
                     {"python3"},
                     {"python3 -m venv .venv", python_install(folder)},
                     {}};
  if (pytest) install.run.emplace_back(".venv/bin/pip install pytest");
  python.stages.push_back(std::move(install));
  python.stages.push_back({Part::quality,
                           "lint",
                           "lint",
                           "skipped where flake8 is not installed",
                           {"flake8"},
                           {},
                           {"args: [--exclude=.venv, .]"},
                           Absent::skips,
                           "flake8"});
  StageDraft test{Part::quality, "test", "test", "", {"python3"}, {}, {}};
  if (pytest) {
    test.tool = "pytest";
    test.extra = {"env: {PATH: '.venv/bin:/usr/local/bin:/usr/bin:/bin'}"};
  } else {
    test.run = {".venv/bin/python -m unittest discover"};
  }
  python.stages.push_back(std::move(test));
  python.stages.push_back({Part::quality,
                           "bandit",
                           "security",
                           "skipped where bandit is not installed",
                           {"bandit"},
                           {},
                           {"args: [., -x, ./.venv]", "allow_failure: true"},
                           Absent::skips,
                           "bandit"});
  return python;
}

Toolchain cmake_toolchain(const Folder& /*folder*/) {
  Toolchain cmake{"cmake", {}};
  cmake.stages.push_back({Part::prepare,
                          "configure",
                          "",
                          "",
                          {"cmake"},
                          {"cmake -S . -B build -DCMAKE_BUILD_TYPE=Release"},
                          {}});
  cmake.stages.push_back(
      {Part::prepare,
       "compile",
       "build",
       "make takes its jobs from pipectl, so that together they use the processors once",
       {"cmake"},
       {"cmake --build build"},
       {}});
  cmake.stages.push_back(
      {Part::quality, "test", "test", "", {"ctest"}, {}, {}, Absent::fails, "ctest"});
  cmake.stages.push_back({Part::quality,
                          "cppcheck",
                          "lint",
                          "skipped where it is not installed",
                          {"cppcheck"},
                          {},
                          {"args: [--project=build/compile_commands.json]", "allow_failure: true"},
                          Absent::skips,
                          "cppcheck"});
  cmake.stages[0].run[0] += " -DCMAKE_EXPORT_COMPILE_COMMANDS=ON";
  return cmake;
}

Toolchain go_toolchain(const Folder& /*folder*/) {
  return {"go",
          {{Part::quality, "vet", "lint", "", {"go"}, {"go vet ./..."}, {}},
           {Part::quality, "test", "test", "", {"go"}, {"go test ./..."}, {}},
           {Part::quality,
            "govulncheck",
            "security",
            "skipped where it is not installed",
            {"govulncheck"},
            {"govulncheck ./..."},
            {"allow_failure: true"},
            Absent::skips},
           {Part::build, "build", "build", "", {"go"}, {"go build ./..."}, {}}}};
}

Toolchain rust_toolchain(const Folder& /*folder*/) {
  return {"rust",
          {{Part::quality, "format", "lint", "", {"cargo"}, {"cargo fmt --check"}, {}},
           {Part::quality, "clippy", "lint", "", {"cargo"}, {"cargo clippy -- -D warnings"}, {}},
           {Part::quality, "test", "test", "", {"cargo"}, {"cargo test"}, {}},
           {Part::build, "build", "build", "", {"cargo"}, {"cargo build --release"}, {}}}};
}

Toolchain docker_toolchain(const Folder& /*folder*/) {
  return {
      "docker",
      {{Part::image, "image", "build", "", {"docker"}, {}, {"docker: {tags: ['app:latest']}"}}}};
}

Toolchain kubernetes_toolchain(const Folder& folder) {
  auto manifests = manifest_folder(folder);
  if (manifests.empty()) manifests = "k8s";
  return {"kubernetes",
          {{Part::deploy,
            "deploy",
            "deploy",
            "only for a tag, or by hand; undone by itself when it does not get ready",
            {"kubectl"},
            {},
            {"when: event == 'tag' || event == 'manual'",
             "kubernetes: {manifests: " + manifests + "/}", "concurrency: deploy"}}}};
}

Toolchain minimal_toolchain(const Folder& /*folder*/) {
  return {"minimal",
          {{Part::quality, "lint", "lint", "", {}, {"echo 'put a linter here'"}, {}},
           {Part::quality, "test", "test", "", {}, {"echo 'put the tests here'"}, {}},
           {Part::build, "build", "build", "", {}, {"echo 'put the build here'"}, {}}}};
}

}  // namespace pipectl::cli
