#include <catch2/catch_test_macros.hpp>
#include <limits>

#include "core/expr/expression.hpp"
#include "tests/unit/core/expr/fakes.hpp"

using namespace pipectl;
using namespace pipectl::expr;

namespace {

FakeScope sample() {
  FakeScope scope;
  scope.values = {{"git.branch", std::string("main")},
                  {"git.tag", std::string()},
                  {"branch", std::string("main")},
                  {"event", std::string("push")},
                  {"matrix.node", std::string("18")},
                  {"matrix.node-version", std::string("9")},
                  {"params.fast", true},
                  {"params.version", std::string("1.10")},
                  {"list", std::vector<std::string>{"a", "b"}},
                  {"stages.my-stage.outputs.key", std::string("v")},
                  {"zero", 0.0}};
  return scope;
}

Value value(std::string_view text, const FakeScope& scope = sample()) {
  Diagnostics diagnostics;
  const auto expression = Expression::parse(text, {}, diagnostics);
  INFO(text << (diagnostics.all().empty() ? "" : ": " + diagnostics.all()[0].message));
  REQUIRE(expression.has_value());
  const auto result = expression->evaluate(scope);
  REQUIRE(result.has_value());
  return *result;
}

std::string shown(std::string_view text) { return to_text(value(text)); }
bool holds(std::string_view text) { return truthy(value(text)); }

}  // namespace

TEST_CASE("literals", "[expr]") {
  CHECK(value("'it''s'") == Value{"it's"});
  CHECK(value(R"('it\'s')") == Value{"it's"});
  CHECK(value(R"("say ""hi"" or \"hi\"")") == Value{R"(say "hi" or "hi")"});
  CHECK(value(R"('C:\dir\\x')") == Value{R"(C:\dir\x)"});
  CHECK(value("''") == Value{""});
  CHECK(value("''''") == Value{"'"});
  CHECK(value("18") == Value{18.0});
  CHECK(value("-1.5e2") == Value{-150.0});
  CHECK(value("true") == Value{true});
  CHECK(value("false") == Value{false});
  CHECK(value("null") == Value{});
}

TEST_CASE("names are read with dots, dashes and indices", "[expr]") {
  CHECK(shown("git.branch") == "main");
  CHECK(shown("matrix.node-version") == "9");
  CHECK(shown("stages['my-stage'].outputs.key") == "v");
  CHECK(shown("stages.my-stage.outputs[\"key\"]") == "v");
  CHECK(shown(" git . branch ") == "main");
  CHECK(value("nothing.here") == Value{});
  CHECK(value("true.x") == Value{});
}

TEST_CASE("what counts as true", "[expr]") {
  CHECK_FALSE(holds("null"));
  CHECK_FALSE(holds("0"));
  CHECK_FALSE(holds("''"));
  CHECK_FALSE(holds("git.tag"));
  CHECK(holds("'false'"));
  CHECK(holds("list"));
  CHECK_FALSE(truthy(std::vector<std::string>{}));
}

TEST_CASE("texts are equal letter by letter", "[expr]") {
  CHECK(holds("branch == 'main'"));
  CHECK_FALSE(holds("branch == 'Main'"));
  CHECK(holds("params.version != '1.1'"));
  CHECK(holds("git.tag == ''"));
  CHECK(holds("nothing == ''"));
  CHECK(holds("nothing == null"));
  CHECK(holds("params.fast == true"));
  CHECK(holds("params.fast == 'true'"));
  CHECK_FALSE(holds("params.fast == 1"));
  CHECK(holds("list == 'a,b'"));
}

TEST_CASE("a number is compared as such with what reads as one", "[expr]") {
  CHECK(holds("matrix.node == 18"));
  CHECK(holds("18.0 == matrix.node"));
  CHECK(holds("' 18 ' == 18"));
  CHECK_FALSE(holds("branch == 18"));
  CHECK(holds("zero == -0"));
  CHECK_FALSE(holds("nothing == 0"));
  CHECK_FALSE(holds("'nan' == 0"));
}

TEST_CASE("order is by number where both read as numbers, else by text", "[expr]") {
  CHECK(holds("matrix.node-version < matrix.node"));
  CHECK(holds("matrix.node >= 18"));
  CHECK(holds("'9' < '18'"));
  CHECK_FALSE(holds("'9a' < '18'"));
  CHECK(holds("'abc' <= 'abd'"));
  CHECK(holds("'b' > 'a'"));
  CHECK(holds("2 > 1 && 1 <= 1 && 1 >= 1 && !(1 < 1) && !(1 > 1)"));
  CHECK_FALSE(holds("'1e999' > 2"));
}

TEST_CASE("operators bind as in other languages", "[expr]") {
  CHECK(holds("true || false && false"));
  CHECK_FALSE(holds("(true || false) && false"));
  CHECK(holds("!false && true"));
  CHECK(holds("1 < 2 == true"));
  CHECK(holds("!!true"));
  CHECK_FALSE(holds("!(branch == 'main') || event == 'tag'"));
  CHECK(holds("true == false == false"));
}

TEST_CASE("`and` and `or` give the operand that decides", "[expr]") {
  CHECK(shown("event == 'push' && 'prod' || 'dev'") == "prod");
  CHECK(shown("event == 'tag' && 'prod' || 'dev'") == "dev");
  CHECK(shown("git.tag || git.branch || 'none'") == "main");
  CHECK(shown("'' || 0 || null").empty());
  CHECK(shown("'a' && 'b' && 'c'") == "c");
}

TEST_CASE("what does not decide is not evaluated", "[expr]") {
  const FakeScope scope = sample();
  value("true || branch", scope);
  value("false && branch && git.tag", scope);
  CHECK(scope.reads == 0);
}

TEST_CASE("functions", "[expr]") {
  CHECK(holds("contains(branch, 'ai')"));
  CHECK_FALSE(holds("contains(branch, 'AI')"));
  CHECK(holds("contains(list, 'a')"));
  CHECK_FALSE(holds("contains(list, 'a,b')"));
  CHECK(holds("contains(nothing, '')"));
  CHECK(holds("starts_with(branch, 'ma')"));
  CHECK_FALSE(holds("starts_with(branch, 'in')"));
  CHECK(holds("has(branch)"));
  CHECK_FALSE(holds("has(git.tag)"));
  CHECK_FALSE(holds("has(nothing)"));
  CHECK(holds("has(zero)"));
  CHECK(holds("always()"));
  CHECK(holds("success() && !failure()"));
  FakeScope failed = sample();
  failed.failed = true;
  CHECK(truthy(value("failure() && !success() && always()", failed)));
}

TEST_CASE("changed takes several patterns", "[expr]") {
  FakeScope scope;
  scope.changed_files = {"src/a.cpp"};
  CHECK(truthy(value("changed('docs/**', 'src/*.cpp')", scope)));
  CHECK_FALSE(truthy(value("changed('docs/**')", scope)));
}

TEST_CASE("values as text", "[expr]") {
  CHECK(to_text(Value{}).empty());
  CHECK(to_text(true) == "true");
  CHECK(to_text(18.0) == "18");
  CHECK(to_text(-0.0) == "0");
  CHECK(to_text(0.1) == "0.1");
  CHECK(to_text(-1234567.0) == "-1234567");
  CHECK(to_text(1e300) == "1e+300");
  CHECK(to_text(std::vector<std::string>{"a", "b"}) == "a,b");
}

TEST_CASE("a condition may be written in braces", "[expr]") {
  CHECK(holds("${{ branch == 'main' }}"));
  CHECK(holds("  ${{branch=='main'}}\n"));
}

TEST_CASE("what an expression calls and reads is known", "[expr]") {
  Diagnostics diagnostics;
  const auto e =
      Expression::parse(" always() && a.b == c || contains(a.b, 'failure') ", {}, diagnostics);
  REQUIRE(e.has_value());
  CHECK(e->calls("always"));
  CHECK(e->calls("contains"));
  CHECK_FALSE(e->calls("failure"));
  CHECK_FALSE(e->calls("c"));
  CHECK(e->paths() == std::vector<std::vector<std::string>>{{"a", "b"}, {"c"}});
  CHECK(e->text() == "always() && a.b == c || contains(a.b, 'failure')");
}

TEST_CASE("an expression that was never checked is no crash", "[expr]") {
  Diagnostics diagnostics;
  for (const auto* text : {"nonsense(1)", "contains('a')", "always(1)"}) {
    const auto e = Expression::parse(text, {}, diagnostics);
    REQUIRE(e.has_value());
    const auto result = e->evaluate(FakeScope());
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().fault == Fault::bug);
  }
}

TEST_CASE("texts are equal letter by letter, a number is equal to what reads as it", "[expr]") {
  CHECK_FALSE(holds("params.version == '1.1'"));  // it is 1.10
  CHECK(holds("params.version != '1.1'"));
  CHECK(holds("params.version == 1.1"));
  CHECK(holds("1.10 == params.version"));
  CHECK(holds("params.version >= '1.1' && params.version <= '1.1'"));
  CHECK_FALSE(holds("'5' == '5.0'"));
  CHECK(holds("5 == '5.0'"));
  CHECK_FALSE(holds("'1e3' == '1000'"));  // both could be the beginning of a commit's id
}

TEST_CASE("long chains and deep nesting need no stack", "[expr]") {
  std::string chain = "true";
  for (int i = 0; i < 50'000; ++i) chain += " && true";
  CHECK(holds(chain));
  CHECK(holds(std::string(90, '(') + "true" + std::string(90, ')')));
  Diagnostics diagnostics;
  const auto too_deep = [&](const std::string& text) {
    return !Expression::parse(text, {}, diagnostics).has_value() &&
           diagnostics.all().back().message == "the expression is nested deeper than 100";
  };
  CHECK(too_deep(std::string(100'000, '(') + "1" + std::string(100'000, ')')));
  CHECK(too_deep(std::string(100'000, '!') + "1"));
  std::string calls;
  for (int i = 0; i < 10'000; ++i) calls += "has(";
  CHECK(too_deep(calls));
  std::string comparisons = "1";
  for (int i = 0; i < 10'000; ++i) comparisons += " == 1";
  CHECK(too_deep(comparisons));
}
