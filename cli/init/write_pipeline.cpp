#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "cli/init/project.hpp"
#include "core/base/text.hpp"

namespace pipectl::cli {
namespace {

constexpr std::string_view head = R"(# A delivery pipeline for pipectl.
#   pipectl plan       what would run, and why
#   pipectl run        run it
#   pipectl doctor     is everything here that it needs?
# Stages run in the order written; those under `parallel` run together.
)";

constexpr std::string_view middle = R"(
defaults:
  timeout: 15m         # of each stage; what it started is ended with it

on:                    # which stages an event of the CI system runs; by hand all of them run
  push: {}
  tag: {}
  manual: {}
)";

std::string quoted(const std::string& text) {
  // A JSON string is a YAML string.
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

bool needs_quotes(const std::string& text) {
  const auto safe = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view{" ./_-=+,"}.find(c) != std::string_view::npos;
  };
  return text.empty() || !std::all_of(text.begin(), text.end(), safe) || text.front() == '-';
}

std::string scalar(const std::string& text) {
  if (!needs_quotes(text)) return text;
  const bool simple = text.find_first_of("'\n\\") == std::string::npos;
  return simple ? "'" + text + "'" : quoted(text);
}

std::string programs(const StageDraft& stage) {
  if (stage.absent == Absent::skips) return "[" + join(stage.requires_, ", ") + "]";
  std::vector<std::string> all;
  for (const auto& program : stage.requires_) all.push_back(program + ": required");
  return "{" + join(all, ", ") + "}";
}

class Writer {
 public:
  Writer(const std::string& name, const std::vector<Toolchain>& toolchains) {
    text_ = fmt::format("{}name: {}\n{}", head, quoted(name), middle);
    std::map<std::string, int> used;
    for (const auto& toolchain : toolchains)
      for (const auto& stage : toolchain.stages) ++used[stage.name];
    for (const auto& toolchain : toolchains)
      for (auto stage : toolchain.stages) {
        if (used[stage.name] > 1) stage.name = toolchain.name + "-" + stage.name;
        stages_.push_back(std::move(stage));
      }
  }

  std::string write() {
    if (has(Part::quality)) text_ += "  pull_request: {stages: [" + for_pull_requests() + "]}\n";
    text_ += "\nstages:\n";
    part(Part::prepare);
    quality();
    part(Part::build);
    part(Part::image);
    part(Part::deploy);
    return std::move(text_);
  }

 private:
  bool has(Part part) const {
    return std::any_of(stages_.begin(), stages_.end(),
                       [&](const StageDraft& stage) { return stage.part == part; });
  }

  std::string for_pull_requests() const {
    std::vector<std::string> names;
    for (const auto& stage : stages_)
      if (stage.part == Part::prepare) names.push_back(stage.name);
    names.emplace_back("quality");
    return join(names, ", ");
  }

  void part(Part wanted) {
    for (const auto& stage : stages_)
      if (stage.part == wanted) one(stage, "  ");
  }

  void quality() {
    if (!has(Part::quality)) return;
    if (!text_.ends_with(":\n")) text_ += '\n';
    text_ += "  quality:\n    parallel:\n";
    for (const auto& stage : stages_)
      if (stage.part == Part::quality) one(stage, "      ");
  }

  void one(const StageDraft& stage, const std::string& indent) {
    if (!text_.ends_with(":\n")) text_ += '\n';
    text_ += fmt::format("{}{}:\n", indent, stage.name);
    const auto line = [&](const std::string& content) {
      text_ += fmt::format("{}  {}\n", indent, content);
    };
    if (!stage.comment.empty()) line("# " + stage.comment);
    if (!stage.kind.empty()) line("kind: " + stage.kind);
    if (!stage.requires_.empty()) line("requires: " + programs(stage));
    if (!stage.tool.empty()) line("tool: " + stage.tool);
    if (stage.run.size() == 1) {
      line("run: " + scalar(stage.run.front()));
    } else if (!stage.run.empty()) {
      line("run:");
      for (const auto& command : stage.run) line("  - " + scalar(command));
    }
    for (const auto& extra : stage.extra) line(extra);
  }

  std::string text_;
  std::vector<StageDraft> stages_;
};

}  // namespace

std::string write_pipeline(const std::string& name, const std::vector<Toolchain>& toolchains) {
  return Writer{name, toolchains}.write();
}

}  // namespace pipectl::cli
