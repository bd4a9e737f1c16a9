#include "cli/ui/terminal.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

using namespace pipectl;
using namespace pipectl::ui;

namespace {

constexpr TerminalFacts tty{true, 120, 40};
constexpr TerminalFacts file{false, 0, 0};

const EnvMap person{{"TERM", "xterm-256color"}, {"LANG", "en_GB.UTF-8"}};

EnvMap with(EnvMap base, const EnvMap& more) {
  for (const auto& [name, value] : more) base[name] = value;
  return base;
}

}  // namespace

TEST_CASE("colour follows NO_COLOR, CLICOLOR_FORCE, CLICOLOR, TERM and the CI system") {
  struct Row {
    const char* what;
    TerminalFacts facts;
    EnvMap more;
    Colour expected;
  };
  const std::vector<Row> table{
      {"a terminal", tty, {}, Colour::on},
      {"a file", file, {}, Colour::off},
      {"NO_COLOR", tty, {{"NO_COLOR", "1"}}, Colour::off},
      {"an empty NO_COLOR says nothing", tty, {{"NO_COLOR", ""}}, Colour::on},
      {"forced into a file", file, {{"CLICOLOR_FORCE", "1"}}, Colour::on},
      {"CLICOLOR_FORCE=0 forces nothing", file, {{"CLICOLOR_FORCE", "0"}}, Colour::off},
      {"NO_COLOR wins", tty, {{"NO_COLOR", "1"}, {"CLICOLOR_FORCE", "1"}}, Colour::off},
      {"CLICOLOR=0", tty, {{"CLICOLOR", "0"}}, Colour::off},
      {"a dumb terminal", tty, {{"TERM", "dumb"}}, Colour::off},
      {"a dumb terminal, forced", tty, {{"TERM", "dumb"}, {"CLICOLOR_FORCE", "1"}}, Colour::on},
      {"no TERM", tty, {{"TERM", ""}}, Colour::off},
      {"GitHub shows colours", file, {{"GITHUB_ACTIONS", "true"}}, Colour::on},
      {"GitLab shows colours", file, {{"GITLAB_CI", "true"}}, Colour::on},
      {"GitHub, not wanted", file, {{"GITHUB_ACTIONS", "true"}, {"NO_COLOR", "1"}}, Colour::off},
      {"another CI system", file, {{"CI", "true"}}, Colour::off}};
  for (const auto& row : table) {
    INFO(row.what);
    CHECK(decide(row.facts, with(person, row.more)).colour == row.expected);
  }
}

TEST_CASE("emoji need a UTF-8 locale: LC_ALL, LC_CTYPE, LANG, in this order") {
  struct Row {
    EnvMap environment;
    Glyphs expected;
  };
  const std::vector<Row> table{
      {{{"LANG", "C.UTF-8"}}, Glyphs::unicode},
      {{{"LANG", "de_DE.utf8"}}, Glyphs::unicode},
      {{{"LANG", "C"}}, Glyphs::ascii},
      {{}, Glyphs::ascii},
      {{{"LANG", "C.UTF-8"}, {"LC_ALL", "C"}}, Glyphs::ascii},
      {{{"LANG", "C"}, {"LC_CTYPE", "en_US.UTF-8"}}, Glyphs::unicode},
      {{{"LANG", "C.UTF-8"}, {"LC_CTYPE", "de_DE.ISO-8859-1"}}, Glyphs::ascii},
      {{{"LANG", "C.UTF-8"}, {"TERM", "linux"}}, Glyphs::ascii},
      {{{"LANG", "C.UTF-8"}, {"TERM", "dumb"}}, Glyphs::ascii},
      {{{"GITLAB_CI", "true"}}, Glyphs::unicode},
      {{{"GITHUB_ACTIONS", "true"}, {"LANG", "C"}}, Glyphs::unicode}};
  for (const auto& row : table) {
    const auto lang = row.environment.find("LANG");
    INFO((lang == row.environment.end() ? "no LANG" : lang->second));
    CHECK(decide(tty, row.environment).glyphs == row.expected);
  }
}

TEST_CASE("the view is what was asked for, as far as the output can do it") {
  struct Row {
    const char* what;
    UiMode mode;
    TerminalFacts facts;
    EnvMap more;
    View expected;
  };
  const std::vector<Row> table{
      {"a person", UiMode::automatic, tty, {}, View::live},
      {"a pipe", UiMode::automatic, file, {}, View::plain},
      {"a dumb terminal", UiMode::automatic, tty, {{"TERM", "dumb"}}, View::plain},
      {"CI with a terminal", UiMode::automatic, tty, {{"CI", "true"}}, View::plain},
      {"CI=false is no CI", UiMode::automatic, tty, {{"CI", "false"}}, View::live},
      {"GitHub",
       UiMode::automatic,
       file,
       {{"GITHUB_ACTIONS", "true"}, {"CI", "true"}},
       View::github},
      {"GitLab", UiMode::automatic, file, {{"GITLAB_CI", "true"}, {"CI", "true"}}, View::gitlab},
      {"live into a file", UiMode::live, file, {}, View::plain},
      {"live on a dumb terminal", UiMode::live, tty, {{"TERM", "dumb"}}, View::plain},
      {"live in CI, asked for", UiMode::live, tty, {{"CI", "true"}}, View::live},
      {"plain on a terminal", UiMode::plain, tty, {}, View::plain},
      {"plain in GitHub, asked for",
       UiMode::plain,
       file,
       {{"GITHUB_ACTIONS", "true"}},
       View::plain},
      {"json in GitHub", UiMode::json, file, {{"GITHUB_ACTIONS", "true"}}, View::json},
      {"NO_COLOR is no reason not to redraw",
       UiMode::automatic,
       tty,
       {{"NO_COLOR", "1"}},
       View::live}};
  for (const auto& row : table) {
    INFO(row.what);
    CHECK(choose_view(row.mode, decide(row.facts, with(person, row.more))) == row.expected);
  }
}

TEST_CASE("the size is measured, else told by COLUMNS and LINES, else 80 by 24") {
  CHECK(decide(tty, {{"COLUMNS", "200"}}).columns == 120);
  const auto told = decide(file, {{"COLUMNS", "200"}, {"LINES", "50"}});
  CHECK(told.columns == 200);
  CHECK(told.rows == 50);
  const auto nonsense = decide(file, {{"COLUMNS", "-3"}, {"LINES", "5x"}});
  CHECK(nonsense.columns == 80);
  CHECK(nonsense.rows == 24);
}
