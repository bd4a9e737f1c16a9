#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "core/base/text.hpp"
#include "core/expr/scope.hpp"

namespace pipectl::expr {

/// Names and values by dotted path.
class FakeScope final : public Scope {
 public:
  std::map<std::string, Value> values;
  bool failed{false};
  std::vector<std::string> changed_files;

  [[nodiscard]] Value value(Path path) const override {
    ++reads;
    const auto hit = values.find(join(path, "."));
    return hit == values.end() ? Value{} : hit->second;
  }
  [[nodiscard]] bool success() const override { return !failed; }
  [[nodiscard]] bool failure() const override { return failed; }
  [[nodiscard]] bool changed(std::span<const std::string> patterns) const override {
    return std::ranges::any_of(changed_files, [&](const auto& file) {
      return std::ranges::any_of(patterns, [&](const auto& p) { return glob_match(p, file); });
    });
  }
  mutable int reads{0};
};

/// Knows `env.LEVEL` and `matrix.node` from the file; git.branch, git.tag and env.REF from outside.
class FakeNames final : public Names {
 public:
  [[nodiscard]] Known look_up(Path path) const override {
    static const std::map<std::string, std::pair<Origin, std::string>> names{
        {"env.LEVEL", {Origin::file, "LEVEL"}},
        {"matrix.node", {Origin::file, ""}},
        {"git.branch", {Origin::outside, "PIPECTL_GIT_BRANCH"}},
        {"git.tag", {Origin::outside, "PIPECTL_GIT_TAG"}},
        {"branch", {Origin::outside, "PIPECTL_GIT_BRANCH"}},
        {"run.number", {Origin::outside, ""}},
        {"env.REF", {Origin::outside, "REF"}}};
    const auto hit = names.find(join(path, "."));
    if (hit != names.end()) return {true, hit->second.first, hit->second.second, {}, {}};
    Known unknown;
    if (path[0] == "git") {
      unknown.part = 1;
      unknown.candidates = {"branch", "tag"};
    } else {
      for (const auto& [name, known] : names) unknown.candidates.push_back(name);
    }
    return unknown;
  }
};

}  // namespace pipectl::expr
