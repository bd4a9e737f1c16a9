#include "cli/planning/graph_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cli/planning/stage_graph.hpp"
#include "cli/ui/display.hpp"
#include "cli/ui/style.hpp"
#include "core/base/text.hpp"

namespace pipectl::cli {
namespace {

// What a stage needs, a whole group by its name.
std::string needs_text(const Pipeline& pipeline, const std::vector<std::size_t>& needs) {
  std::set<std::string_view> names;
  for (const auto need : needs) names.insert(pipeline.stages[need].name);
  std::vector<std::string> parts;
  for (const auto& group : pipeline.groups) {
    const auto has = [&](const std::string& member) { return names.contains(member); };
    if (group.members.empty() || !std::all_of(group.members.begin(), group.members.end(), has))
      continue;
    parts.push_back(group.name);
    for (const auto& member : group.members) names.erase(member);
  }
  for (const auto need : needs)
    if (names.contains(pipeline.stages[need].name)) parts.push_back(pipeline.stages[need].name);
  return join(parts, ", ");
}

std::string marks_of(const StageSpec& stage) {
  std::string marks;
  if (stage.kind != "run") marks += "  " + stage.kind;
  if (stage.when) marks += fmt::format("  when {}", stage.when->text());
  if (stage.always) marks += "  always";
  return marks;
}

std::string quoted(std::string_view text, std::string_view quote) {
  std::string escaped;
  for (const char c : printable(text)) {
    if (c == '"')
      escaped += quote;
    else
      escaped += c;
  }
  return '"' + escaped + '"';
}

std::string_view indent(const StageSpec& stage) { return stage.group.empty() ? "  " : "    "; }

// Calls `open`, `stage` for each of its members and `close` for a group; `stage` alone for others.
template <class Open, class Stage, class Close>
void walk(const Pipeline& pipeline, Open open, Stage stage, Close close) {
  std::string_view group;
  for (std::size_t i = 0; i < pipeline.stages.size(); ++i) {
    const std::string_view own = pipeline.stages[i].group;
    if (own != group && !group.empty()) close();
    if (own != group && !own.empty()) open(own);
    group = own;
    stage(i);
  }
  if (!group.empty()) close();
}

}  // namespace

std::string graph_tree(const Pipeline& pipeline, const ui::Terminal& terminal) {
  const auto graph = stage_graph(pipeline);
  const std::string_view from = terminal.glyphs == ui::Glyphs::unicode ? "←" : "<-";
  std::string text;
  const auto line = [&](std::size_t i) {
    const auto& stage = pipeline.stages[i];
    const bool last =
        i + 1 == pipeline.stages.size() || pipeline.stages[i + 1].group != stage.group;
    if (!stage.group.empty())
      text +=
          std::string{ui::sign(last ? ui::Sign::last_branch : ui::Sign::branch, terminal.glyphs)} +
          ' ';
    text += ui::shown_line(stage_label(stage), terminal);
    const auto needs = needs_text(pipeline, graph.needs[i]);
    if (!needs.empty())
      text += painted(fmt::format(" {} {}", from, needs), ui::Paint::cyan, terminal.colour);
    text += painted(ui::shown_line(marks_of(stage), terminal), ui::Paint::dim, terminal.colour);
    text += '\n';
  };
  const auto open = [&](std::string_view group) {
    text += painted(group, ui::Paint::bold, terminal.colour) + '\n';
  };
  walk(pipeline, open, line, [] {});
  return text;
}

std::string graph_mermaid(const Pipeline& pipeline) {
  const auto graph = stage_graph(pipeline);
  std::string text = "flowchart TD\n";
  walk(
      pipeline,
      [&](std::string_view group) { text += fmt::format("  subgraph {0}[{0}]\n", group); },
      [&](std::size_t i) {
        text += fmt::format("{}s{}[{}]\n", indent(pipeline.stages[i]), i,
                            quoted(stage_label(pipeline.stages[i]), "#quot;"));
      },
      [&] { text += "  end\n"; });
  for (std::size_t i = 0; i < graph.needs.size(); ++i)
    for (const auto need : graph.needs[i]) text += fmt::format("  s{} --> s{}\n", need, i);
  return text;
}

std::string graph_dot(const Pipeline& pipeline) {
  const auto graph = stage_graph(pipeline);
  std::string text = fmt::format("digraph {} {{\n  rankdir=LR;\n  node [shape=box];\n",
                                 quoted(pipeline.name, "\\\""));
  walk(
      pipeline,
      [&](std::string_view group) {
        text += fmt::format("  subgraph \"cluster_{0}\" {{\n    label=\"{0}\";\n", group);
      },
      [&](std::size_t i) {
        text += fmt::format("{}s{} [label={}];\n", indent(pipeline.stages[i]), i,
                            quoted(stage_label(pipeline.stages[i]), "\\\""));
      },
      [&] { text += "  }\n"; });
  for (std::size_t i = 0; i < graph.needs.size(); ++i)
    for (const auto need : graph.needs[i]) text += fmt::format("  s{} -> s{};\n", need, i);
  return text + "}\n";
}

}  // namespace pipectl::cli
