#include "core/yaml/canonical.hpp"

#include <array>
#include <catch2/catch_test_macros.hpp>

using namespace pipectl;

namespace {

std::string canonical_of(const std::string& text, std::span<const std::string_view> except = {}) {
  const SourceFile source{"x.yaml", text};
  Diagnostics diagnostics;
  const auto document = yaml::Document::parse(source, diagnostics);
  REQUIRE(document);
  return yaml::canonical(document->root(), except);
}

}  // namespace

TEST_CASE("layout, comments and the order of keys do not count") {
  CHECK(canonical_of("a: 1\nb: [x, {c: d}]\n") ==
        canonical_of("# note\nb:\n  - x\n  - c:   d\na: 1\n"));
  CHECK(canonical_of("x: &one {a: b}\ny: *one\n") == canonical_of("x: {a: b}\ny: {a: b}\n"));
}

TEST_CASE("content counts") {
  const auto base = canonical_of("a: 1\nb: [x, y]\n");
  for (const auto* other : {"a: 2\nb: [x, y]\n", "a: 1\nb: [y, x]\n", "a: 1\nb: [xy]\n",
                            "a: '1'\nb: [x, y]\n", "a: 1\nb: [x, y]\nc:\n", "a: 1\n"})
    CHECK(canonical_of(other) != base);
  CHECK(canonical_of("a: 's1:x'\n") != canonical_of("a: {s1: x}\n"));
}

TEST_CASE("keys can be left out at the top only") {
  constexpr std::array<std::string_view, 1> needs{"needs"};
  CHECK(canonical_of("needs: [x]\na: 1\n", needs) == canonical_of("a: 1\n"));
  CHECK(canonical_of("a: {needs: x}\n", needs) != canonical_of("a: {}\n", needs));
}
