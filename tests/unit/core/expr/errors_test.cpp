#include <fmt/format.h>

#include <catch2/catch_test_macros.hpp>

#include "core/expr/expression.hpp"
#include "core/expr/functions.hpp"
#include "tests/unit/core/expr/fakes.hpp"

using namespace pipectl;
using namespace pipectl::expr;

namespace {

/// `column: message | hint` of everything that is wrong with a plain scalar in line 2, column 7.
std::vector<std::string> problems(std::string_view text) {
  const SourceFile file{"p.yaml", fmt::format("a: 1\nwhen: {}\n", text)};
  Diagnostics diagnostics;
  const auto expression = Expression::parse(text, {&file, 2, 7, 1}, diagnostics);
  if (expression) expression->check(FakeNames(), diagnostics);
  std::vector<std::string> out;
  for (const auto& d : diagnostics.all()) {
    CHECK(d.where.line == 2);
    out.push_back(fmt::format("{}+{}: {}{}{}", d.where.column - 7, d.where.length, d.message,
                              d.hint.empty() ? "" : " | ", d.hint));
  }
  return out;
}

std::string problem(std::string_view text) {
  const auto all = problems(text);
  return all.size() == 1 ? all[0] : fmt::format("{} problems", all.size());
}

Origin origin(std::string_view text) {
  Diagnostics diagnostics;
  const auto result = Expression::parse(text, {}, diagnostics)->check(FakeNames(), diagnostics);
  CHECK_FALSE(diagnostics.has_errors());
  return result;
}

}  // namespace

TEST_CASE("syntax errors are told at their place", "[expr]") {
  CHECK(problem("branch =") == "7+1: '=' means nothing here | compare with '=='");
  CHECK(problem("branch = 'main'") == "7+1: '=' means nothing here | compare with '=='");
  CHECK(problem("branch == ") == "9+1: the expression ends too early, a value is missing");
  CHECK(problem("true & false") == "5+1: '&' means nothing here | write '&&'");
  CHECK(problem("true | false") == "5+1: '|' means nothing here | write '||'");
  CHECK(problem("true and false") ==
        "5+3: 'and' where the end of the expression was expected | write '&&'");
  CHECK(problem("not branch") == "0+3: 'not' means nothing here | write '!'");
  CHECK(problem("true && not branch") == "8+3: 'not' means nothing here | write '!'");
  CHECK(problem("branch == 'main") ==
        "10+1: this text is not closed | end it with ', write '' for ' itself");
  CHECK(problem("(true") == "5+1: the expression ends too early, ')' is missing");
  CHECK(problem("true)") == "4+1: ')' where the end of the expression was expected");
  CHECK(problem("has(branch,)") == "11+1: ')' where another argument was expected");
  CHECK(problem("has(branch") == "10+1: the expression ends too early, ')' is missing");
  CHECK(problem("git.") == "4+1: the expression ends too early, a name is missing");
  CHECK(problem("git..branch") == "4+1: '.' where a name was expected");
  CHECK(problem("git[branch]") == "4+6: 'branch' where a text in quotes was expected");
  CHECK(problem("git['branch'") == "12+1: the expression ends too early, ']' is missing");
  CHECK(problem("1x == 1") == "0+2: '1x' is no number | put a text into quotes");
  CHECK(problem("1e999 == 1") == "0+5: '1e999' is no number | put a text into quotes");
  CHECK(problem("1.2.3 == 1") == "0+5: '1.2.3' is no number | put a text into quotes");
  CHECK(problem("== 1") == "0+2: '==' where a value was expected");
  CHECK(problem("$branch") == "0+1: '$' means nothing here | names stand here without '$'");
  CHECK(problem("branch ü") == "7+2: 'ü' means nothing here");
}

TEST_CASE("an empty expression says what to write", "[expr]") {
  CHECK(problem("") == "0+1: the expression is empty | write a condition, e.g. branch == 'main'");
  CHECK(problem("${{ }}").find("the expression is empty") != std::string::npos);
}

TEST_CASE("unknown names are told with the part that is wrong", "[expr]") {
  CHECK(problem("git.brnch == 'x'") == "4+5: unknown name 'git.brnch' | did you mean 'branch'?");
  CHECK(problem("git['brnch']") == "4+7: unknown name 'git.brnch' | did you mean 'branch'?");
  CHECK(problem("env.LEVLE") == "0+9: unknown name 'env.LEVLE' | did you mean 'env.LEVEL'?");
  CHECK(problem("brnch") == "0+5: unknown name 'brnch' | did you mean 'branch'?");
  CHECK(problem("banana") == "0+6: unknown name 'banana' | a text stands in quotes: 'banana'");
  CHECK(problem("${{ brnch }}") == "4+5: unknown name 'brnch' | did you mean 'branch'?");
}

TEST_CASE("unknown functions and wrong arguments", "[expr]") {
  CHECK(problem("startsWith(branch, 'x')") ==
        "0+10: unknown function 'startsWith' | did you mean 'starts_with'?");
  CHECK(problem("true && banana()") ==
        "8+6: unknown function 'banana' | there are success(), failure(), "
        "always(), changed(), contains(), starts_with(), has()");
  CHECK(problem("contains(branch)") ==
        "0+16: contains() takes 2 arguments, this has 1 | it is contains(where, what)");
  CHECK(problem("always(1, 2)") ==
        "0+12: always() takes no arguments, this has 2 | it is always()");
  CHECK(problem("changed()") ==
        "0+9: changed() takes at least 1 argument, this has 0 | it is changed('glob', …)");
}

TEST_CASE("everything wrong is told at once, in order", "[expr]") {
  CHECK(problems("brnch == 1 && alway() || has(git.tg, evnt)").size() == 5);
}

TEST_CASE("a value is from outside as soon as one part is", "[expr]") {
  CHECK(origin("env.LEVEL == matrix.node") == Origin::file);
  CHECK(origin("'x' && 1 || null") == Origin::file);
  CHECK(origin("always() || success() || failure()") == Origin::file);
  CHECK(origin("git.branch") == Origin::outside);
  CHECK(origin("git.branch == 'main'") == Origin::outside);
  CHECK(origin("!has(git.tag)") == Origin::outside);
  CHECK(origin("contains('main', branch)") == Origin::outside);
  CHECK(origin("env.LEVEL || env.REF") == Origin::outside);
  CHECK(origin("changed('x')") == Origin::outside);
}

TEST_CASE("every function of the table can be called as it says", "[expr]") {
  for (const auto& function : describe_function_table()) {
    INFO(function.name);
    CHECK(function.signature.starts_with(function.name));
    CHECK_FALSE(function.summary.empty());
    std::string call = std::string(function.name) + "(";
    for (std::size_t i = 0; i < function.least; ++i) call += i == 0 ? "'x'" : ", 'x'";
    CHECK(problems(call + ")").empty());
    CHECK(find_function(function.name) == &function);
  }
  CHECK(find_function("nothing") == nullptr);
}
