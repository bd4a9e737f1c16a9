#include "core/yaml/overlay.hpp"

#include <fmt/format.h>

#include <catch2/catch_test_macros.hpp>

namespace pipectl::yaml {
namespace {

std::string flattened(Node node) {
  if (node.kind() != Kind::mapping) return std::string(node.text());
  std::string out;
  for (const auto& [key, value] : node.entries())
    out += fmt::format("{}{}={}", out.empty() ? "" : " ", key.text(), flattened(value));
  return fmt::format("{{{}}}", out);
}

TEST_CASE("the nearer entry wins, one mapping is merged, places stay") {
  const SourceFile one{"one", "env: {A: 1, B: 1}\nrun: base\nlist: {x: 1}\n"};
  const SourceFile two{"two", "run: top\nenv: {B: 2, C: 2}\nlist: {y: 1}\n"};
  Diagnostics diagnostics;
  const auto base = Document::parse(one, diagnostics);
  const auto top = Document::parse(two, diagnostics);
  Overlay overlay;
  const Node merged = overlay.merge(base->root(), top->root(), "env");
  CHECK(flattened(merged) == "{run=top env={A=1 B=2 C=2} list={y=1}}");
  CHECK(merged.find("env")->find("A")->span().file == &one);
  CHECK(merged.span().file == &two);
  CHECK(flattened(overlay.keep(merged, [](auto key) { return key != "env"; })) ==
        "{run=top list={y=1}}");
}

TEST_CASE("large mappings are merged, too") {
  std::string text;
  for (int i = 0; i < 40; ++i) text += "k" + std::to_string(i) + ": v\n";
  const SourceFile one{"one", text};
  const SourceFile two{"two", text + "more: 1\n"};
  Diagnostics diagnostics;
  const auto base = Document::parse(one, diagnostics);
  const auto top = Document::parse(two, diagnostics);
  Overlay overlay;
  CHECK(overlay.merge(base->root(), top->root(), "env").size() == 41);
  CHECK(overlay.merge(top->root(), base->root(), "env").size() == 41);
}

}  // namespace
}  // namespace pipectl::yaml
