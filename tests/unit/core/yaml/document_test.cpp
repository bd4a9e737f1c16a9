#include "core/yaml/document.hpp"

#include <fmt/format.h>

#include <catch2/catch_test_macros.hpp>

namespace pipectl::yaml {
namespace {

/// A parsed text, written back in one line: [..] {..} 'quoted' plain ~.
std::string flat(Node node) {
  std::string out;
  switch (node.kind()) {
    case Kind::null:
      return "~";
    case Kind::scalar:
      return node.is_string() ? fmt::format("'{}'", node.text()) : std::string(node.text());
    case Kind::sequence:
      for (const Node item : node.items()) out += (out.empty() ? "" : " ") + flat(item);
      return fmt::format("[{}]", out);
    case Kind::mapping:
      for (const auto& [key, value] : node.entries())
        out += (out.empty() ? "" : " ") + flat(key) + "=" + flat(value);
      return fmt::format("{{{}}}", out);
  }
  return out;
}

std::string parsed(std::string text) {
  const SourceFile source{"f", std::move(text)};
  Diagnostics diagnostics;
  const auto document = Document::parse(source, diagnostics);
  if (diagnostics.has_errors()) return render(diagnostics.sorted());
  return flat(document->root());
}

std::string place(Node node) {
  const Span span = node.span();
  return fmt::format("{}:{}+{}", span.line, span.column, span.length);
}

TEST_CASE("kinds, quotes and nulls are told apart") {
  CHECK(parsed("a: 1\nb: '1'\nc: [x, \"y\", ~, null]\nd:\ne:\n  f: |\n   g\n") ==
        "{a=1 b='1' c=[x 'y' ~ ~] d=~ e={f='g\n'}}");
  CHECK(parsed("\"a\": !!str 12") == "{'a'='12'}");
  CHECK(parsed("a: ''") == "{a=''}");
  CHECK(parsed("just text") == "just text");
}

TEST_CASE("an alias has its anchor's content and its own place") {
  const SourceFile source{"f", "a: &x {k: v}\nb: *x\nc: [*x]\n"};
  Diagnostics diagnostics;
  const auto document = Document::parse(source, diagnostics);
  REQUIRE(document);
  const Node alias = *document->root().find("b");
  CHECK(flat(alias) == "{k=v}");
  CHECK(place(alias) == "2:4+2");
  CHECK(place(*alias.find("k")) == "1:11+1");
}

TEST_CASE("merge keys add what is not there, the first source wins") {
  CHECK(parsed("a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {<<: *a, x: 9}\nd:\n  k: 0\n  <<: [*a, "
               "*b]\n") == "{a={x=1 y=1} b={y=2 z=2} c={x=9 y=1} d={k=0 x=1 y=1 z=2}}");
  CHECK(parsed("'<<': 1") == "{'<<'=1}");
  CHECK(parsed("a: {<<: 3, b: [1]}") ==
        "f:1:9: error: '<<' takes a mapping or a list of mappings, not text\n"
        "    1 | a: {<<: 3, b: [1]}\n"
        "      |         ^\n"
        "  hint: name an anchor: `<<: *defaults`\n");
}

TEST_CASE("places count bytes, also behind a byte order mark and with CRLF") {
  const SourceFile source{"f", "\xEF\xBB\xBFk\xC3\xA9y: v\r\nlist:\r\n  - 'it''s'\r\n"};
  Diagnostics diagnostics;
  const auto document = Document::parse(source, diagnostics);
  REQUIRE(document);
  auto entries = document->root().entries();
  auto entry = entries.begin();
  CHECK(place((*entry).key) == "1:4+4");
  CHECK(place((*entry).value) == "1:10+1");
  CHECK((*entry).value.text() == "v");
  const Node list = (*++entry).value;
  CHECK((*list.items().begin()).text() == "it's");
  CHECK(place(*list.items().begin()) == "3:5+7");
}

TEST_CASE("a document that ends is fine, a second one is not") {
  CHECK(parsed("---\na: 1\n...\n") == "{a=1}");
  CHECK(parsed("a: 1\n---\nb: 2\n") ==
        "f:2:1: error: the file holds more than one YAML document\n"
        "    2 | ---\n"
        "      | ^~~\n"
        "  hint: keep one pipeline in one file; `include` brings in others\n");
  CHECK(parsed("- a\nb: 1\n") ==
        "f:2:1: error: this does not belong to what stands above it\n"
        "    2 | b: 1\n"
        "      | ^\n"
        "  hint: check the indentation\n");
}

TEST_CASE("nothing at all is said so") {
  CHECK(parsed("") == "f: error: the file is empty\n");
  CHECK(parsed("# only a comment\n") == "f: error: the file is empty\n");
}

TEST_CASE("duplicate and odd keys are reported, the rest stays readable") {
  const SourceFile source{"f", "a: 1\nb: 2\na: 3\n? [x]\n: 4\n~: 5\n"};
  Diagnostics diagnostics;
  const auto document = Document::parse(source, diagnostics);
  REQUIRE(document);
  CHECK(flat(document->root()) == "{a=1 b=2}");
  const auto found = diagnostics.sorted();
  REQUIRE(found.size() == 3);
  CHECK(found[0].message == "duplicate key 'a'");
  CHECK(found[0].hint == "it stands already in line 1");
  CHECK(found[1].message == "a key must be text, not a list");
  CHECK(found[2].message == "a key must be text, not nothing");
}

TEST_CASE("duplicates are found in large mappings, too") {
  std::string text;
  for (int i = 0; i < 1'000; ++i) text += "k" + std::to_string(i) + ": v\n";
  CHECK(parsed(text + "k500: again\n") ==
        "f:1001:1: error: duplicate key 'k500'\n"
        " 1001 | k500: again\n"
        "      | ^~~~\n"
        "  hint: it stands already in line 501\n");
}

TEST_CASE("nesting has a limit, through aliases and in brackets alone, too") {
  const auto lists = [](int depth) {
    return std::string(static_cast<std::size_t>(depth), '[') +
           std::string(static_cast<std::size_t>(depth), ']');
  };
  CHECK(parsed(lists(100)) == lists(100));
  CHECK(parsed(lists(101)).starts_with("f:1:101: error: nested deeper than 100 levels\n"));
  CHECK(parsed("- &a " + lists(60) + "\n- " + std::string(60, '[') + "*a" + std::string(60, ']'))
            .starts_with("f:2:63: error: nested deeper than 100 levels\n"));
  CHECK(parsed(std::string(std::size_t{4} << 20U, '[')) ==
        "f: error: nested deeper than 100 levels\n");
}

TEST_CASE("alias bombs are refused") {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const auto last = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
    for (int k = 0; k < 9; ++k) text += ", " + last;
    text += "]\n";
  }
  CHECK(parsed(text).find("aliases make this file larger than 1,000,000 nodes") !=
        std::string::npos);
  CHECK(parsed("a: &a [*a]").starts_with("f:1:8: error: an alias must not stand inside"));

  std::string merges = "big: &big\n";
  for (int i = 0; i < 2'000; ++i) merges += "  k" + std::to_string(i) + ": v\n";
  for (int i = 0; i < 1'000; ++i) merges += "m" + std::to_string(i) + ": {<<: *big}\n";
  CHECK(parsed(merges).find("1,000,000 nodes") != std::string::npos);
}

TEST_CASE("text that is no YAML text is refused") {
  CHECK(parsed("a: \xFF\n") ==
        "f:1:4: error: byte 0xFF is not UTF-8\n    1 | a: \\xff\n      |    ^~~~\n"
        "  hint: save the file as UTF-8\n");
  CHECK(parsed(std::string("a: 1\nb: \0", 9))
            .starts_with("f:2:4: error: control character 0x00 is not allowed in YAML\n"));
  CHECK(parsed("a: \x04").starts_with("f:1:4: error: control character 0x04"));
  CHECK(parsed(std::string((std::size_t{4} << 20U) + 1, 'x'))
            .starts_with("f: error: the file is larger than 4"));
}

TEST_CASE("syntax errors are worded for people") {
  const auto first = [](const std::string& text) {
    const auto all = parsed(text);
    return all.substr(0, all.find('\n'));
  };
  CHECK(first("a: \"b\n") == "f:1:4: error: the quotes are not closed");
  CHECK(first("a: 'b\n") == "f:1:4: error: the quotes are not closed");
  CHECK(first("a:\n\tb: 1\n") == "f:2:1: error: a tab stands in the indentation");
  CHECK(first("a: b: c\n") == "f:1:5: error: ':' is not allowed here");
  CHECK(first("a: [1\nb: 2\n") == "f:2:2: error: ']' or ',' is missing before this");
  CHECK(first("a: {b: 1\nc: 2\n") == "f:2:2: error: '}' or ',' is missing before this");
  CHECK(first("a:\n  b: 1\n c: 2\n") ==
        "f:3:2: error: this does not continue the mapping above it");
  CHECK(first("a: @x\n") == "f:1:4: error: no value may begin with this character");
  CHECK(first("a: \"\\d\"\n") == "f:1:7: error: unknown escape in double quotes");
  CHECK(first("a: ]\n") == "f:1:4: error: this bracket closes nothing");
  CHECK(parsed("a: &base 1\nb: *bas\n") ==
        "f:2:4: error: unknown anchor 'bas'\n    2 | b: *bas\n      |    ^~~~\n"
        "  hint: did you mean 'base'?\n");
  CHECK(first("a: !secret x\n") == "f:1:4: error: the tag '!secret' is not supported");
  CHECK(first("a: !!set {x}\n") ==
        "f:1:4: error: the tag 'tag:yaml.org,2002:set' is not supported");
}

}  // namespace
}  // namespace pipectl::yaml
