#include "core/expr/template.hpp"

#include <fmt/format.h>

#include <catch2/catch_test_macros.hpp>

#include "tests/unit/core/expr/fakes.hpp"

using namespace pipectl;
using namespace pipectl::expr;

namespace {

std::string evaluated(std::string_view text) {
  Diagnostics diagnostics;
  const auto parsed = Template::parse(text, {}, diagnostics);
  INFO(text << (diagnostics.all().empty() ? "" : ": " + diagnostics.all()[0].message));
  REQUIRE(parsed.has_value());
  CHECK(parsed->text() == text);
  FakeScope scope;
  scope.values = {{"git.branch", std::string("main")}, {"n", 2.0}};
  return parsed->evaluate(scope).value_or("no value");
}

std::vector<std::string> problems_of(std::string_view text) {
  const SourceFile file{"p.yaml", fmt::format("run: {}\n", text)};
  Diagnostics diagnostics;
  const auto parsed = Template::parse(text, {&file, 1, 6, 1}, diagnostics);
  if (parsed) parsed->check_shell(FakeNames(), diagnostics);
  std::vector<std::string> out;
  for (const auto& d : diagnostics.all())
    out.push_back(fmt::format("{}+{}: {}{}{}", d.where.column - 6, d.where.length, d.message,
                              d.hint.empty() ? "" : " | ", d.hint));
  return out;
}

using Problems = std::vector<std::string>;

}  // namespace

TEST_CASE("text with values in it", "[template]") {
  CHECK(evaluated("app:${{ git.branch }}") == "app:main");
  CHECK(evaluated("${{git.branch}}-${{n}}") == "main-2");
  CHECK(evaluated("${{ git.branch }}") == "main");
  CHECK(evaluated("no braces }} { $ {{ x }}") == "no braces }} { $ {{ x }}");
  CHECK(evaluated("").empty());
  CHECK(evaluated("a\n${{ n }}\nb") == "a\n2\nb");
  CHECK(evaluated("${{ '}}' }}") == "}}");
  CHECK(evaluated("${{ \"}}'\" }}x") == "}}'x");
  CHECK(evaluated("${{ 'a' }}}}") == "a}}");
  CHECK(evaluated("${{ nothing }}").empty());
}

TEST_CASE("a doubled dollar keeps the braces as they are", "[template]") {
  CHECK(evaluated("$${{ git.branch }}") == "${{ git.branch }}");
  CHECK(evaluated("$$${{ x }}") == "$${{ x }}");
  CHECK(evaluated("$${{ ${{ n }}") == "${{ 2");
  CHECK(evaluated("a$b") == "a$b");
}

TEST_CASE("a literal is its own value", "[template]") {
  Diagnostics diagnostics;
  CHECK(Template().is_literal());
  CHECK(Template::parse("plain", {}, diagnostics)->is_literal());
  CHECK(Template::literal("${{ git.branch }}").is_literal());
  CHECK(Template::literal("${{ git.branch }}").evaluate(FakeScope()) == "${{ git.branch }}");
  CHECK_FALSE(Template::parse("$${{ x }}", {}, diagnostics)->is_literal());
  CHECK_FALSE(Template::parse("${{ x }}", {}, diagnostics)->is_literal());
}

TEST_CASE("every part with an error is told at its place", "[template]") {
  CHECK(problems_of("a ${{ b = }} ${{ 1x }}") ==
        Problems{"8+1: '=' means nothing here | compare with '=='",
                 "17+2: '1x' is no number | put a text into quotes"});
  CHECK(problems_of("a ${{ b") ==
        Problems{
            "2+3: '${{' without '}}' | close it, or write '$${{' for the characters themselves"});
  CHECK(problems_of("a ${{ 'b }} c") ==
        Problems{"6+1: this text is not closed | end it with ', write '' for ' itself"});
  CHECK(problems_of("a ${{}}")[0].starts_with("5+1: the expression is empty"));
  CHECK(problems_of("a ${{   }}")[0].starts_with("5+1: the expression is empty"));
}

TEST_CASE("what comes from outside may not be put into a command text", "[template]") {
  CHECK(problems_of("echo ${{ matrix.node }} ${{ env.LEVEL }}").empty());
  CHECK(
      problems_of("echo ${{ git.branch }}") ==
      Problems{"9+10: `git.branch` comes from outside and may not be put into a command text | use "
               "\"$PIPECTL_GIT_BRANCH\""});
  CHECK(
      problems_of("${{ env.REF }} ${{ run.number }}") ==
      Problems{
          "4+7: `env.REF` comes from outside and may not be put into a command text | use \"$REF\"",
          "19+10: `run.number` comes from outside and may not be put into a command text | give "
          "it to the stage with `env:` and use that variable"});
  CHECK(problems_of("${{ git.branch == 'main' && 'a' || env.REF }}").size() == 2);
  CHECK(problems_of("${{ changed('x') }}").size() == 1);
  CHECK(problems_of("${{ contains(git.tag, 'x') }}").size() == 1);
  CHECK(problems_of("$${{ git.branch }}").empty());
}

TEST_CASE("the plain check only tells the origin", "[template]") {
  Diagnostics diagnostics;
  const auto origin = [&](std::string_view text) {
    return Template::parse(text, {}, diagnostics)->check(FakeNames(), diagnostics);
  };
  CHECK(origin("x") == Origin::file);
  CHECK(origin("x${{ matrix.node }}") == Origin::file);
  CHECK(origin("x${{ matrix.node }}${{ git.tag }}") == Origin::outside);
  CHECK_FALSE(diagnostics.has_errors());
  origin("${{ git.x }}");
  CHECK(diagnostics.error_count() == 1);
}

TEST_CASE("a template knows what it reads", "[template]") {
  Diagnostics diagnostics;
  const auto parsed = Template::parse("${{ a.b }} ${{ has(c) }}", {}, diagnostics);
  CHECK(parsed->paths() == std::vector<std::vector<std::string>>{{"a", "b"}, {"c"}});
  CHECK(Template::literal("${{ a }}").paths().empty());
}

TEST_CASE("a text full of errors is not read for ever", "[template]") {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += R"(${{ \' }})";
  Diagnostics diagnostics;
  CHECK_FALSE(Template::parse(text, {}, diagnostics).has_value());
  CHECK(diagnostics.error_count() >= 1);
  std::string unknown;
  for (int i = 0; i < 20'000; ++i) unknown += "${{ brnch }}\n";
  const SourceFile file{"p.yaml", unknown};
  Template::parse(unknown, {&file, 1, 1, 1}, diagnostics)->check(FakeNames(), diagnostics);
  CHECK(diagnostics.all().back().where.line == 20'000);
}
