// What each view makes of the same runs, compared with tests/golden/ui/.
#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/ui/display.hpp"
#include "cli/ui/failures.hpp"
#include "cli/ui/grouped.hpp"
#include "cli/ui/json_lines.hpp"
#include "cli/ui/markdown.hpp"
#include "cli/ui/plain.hpp"
#include "cli/ui/summary.hpp"
#include "tests/unit/cli/golden.hpp"
#include "tests/unit/cli/scripted_run.hpp"

using namespace pipectl;
using namespace pipectl::ui;
using test::golden;
using test::visible;

namespace {

Terminal log_file() {
  Terminal terminal;
  terminal.glyphs = Glyphs::unicode;
  return terminal;
}

Terminal coloured() {
  auto terminal = log_file();
  terminal.colour = Colour::on;
  return terminal;
}

std::string log_path(const std::string& run, const std::string& stage) {
  return ".pipectl/runs/" + run + "/logs/" + stage + ".log";
}

std::string told(Transcript& transcript, const test::ScriptedRun& run) {
  std::string text;
  for (const auto& event : run.events()) transcript.append(event, text);
  return visible(text);
}

std::string plain(const Terminal& terminal, const test::ScriptedRun& run,
                  Timestamps timestamps = Timestamps::off) {
  return told(*make_plain_transcript(terminal, log_path, timestamps), run);
}

std::string github(const test::ScriptedRun& run) {
  const auto place = [](const std::string& stage) -> std::optional<Place> {
    if (stage != "unit (18)") return std::nullopt;
    return Place{"ci/pipe,line.yaml", 12};
  };
  return told(*make_grouped_transcript(log_file(), make_github_dialect("s3cr3t"), log_path, place),
              run);
}

std::string json(const test::ScriptedRun& run, CiLog ci_log = CiLog::none) {
  return told(*make_json_transcript(ci_log), run);
}

RunModel told_model(const test::ScriptedRun& run) {
  RunModel model;
  for (const auto& event : run.events()) model.apply(event);
  return model;
}

}  // namespace

TEST_CASE("plain view") {
  CHECK(plain(log_file(), test::failing_run()) ==
        golden("plain.txt", plain(log_file(), test::failing_run())));
  const auto passing = plain(log_file(), test::passing_run(), Timestamps::on);
  CHECK(passing == golden("plain_timestamps.txt", passing));
}

TEST_CASE("plain view in colour and in ASCII") {
  const auto colour = plain(coloured(), test::failing_run());
  CHECK(colour == golden("plain_colour.txt", colour));
  const auto ascii = plain(Terminal{}, test::failing_run());
  CHECK(ascii == golden("plain_ascii.txt", ascii));
  CHECK(display_width(ascii) > 0);
  for (const char c : ascii) CHECK((c == '\n' || (c >= ' ' && c <= '~')));
}

TEST_CASE("a single failure whose output is the last on the screen is not shown twice") {
  test::ScriptedRun run;
  auto failed = test::ended("only", Status::failed, 5, "exit code 1");
  failed.outcome.hint = "try again";
  run.after(0, event::StageStarted{"only"})
      .after(1, event::StageOutput{"only", Stream::out, "boom\n"})
      .after(1, failed)
      .after(1, test::skipped("victim", SkipCause::upstream, "upstream only"))
      .after(1, event::RunFinished{1, Milliseconds{7}, ""});
  const auto text = plain(log_file(), run);
  CHECK(text.find("boom") == text.rfind("boom"));
  CHECK(text.find("\nskipped (upstream only): victim\n\n"
                  "❌ only FAILED  exit code 1\n"
                  "   hint: try again\n"
                  "   log:  .pipectl/runs/01j2run/logs/only.log (1 line)\n") != text.npos);
}

TEST_CASE("JSON Lines") {
  const auto failing = json(test::failing_run());
  CHECK(failing == golden("json.jsonl", failing));
  const auto passing = json(test::passing_run());
  CHECK(passing == golden("json_passing.jsonl", passing));
}

TEST_CASE("every JSON line is an object that begins with v, ts, event, run") {
  test::ScriptedRun run = test::failing_run();
  run.after(0, event::StageOutput{"x", Stream::err, "bad \xff\xfe utf-8 \x1b[31m\n"});
  const auto transcript = make_json_transcript(CiLog::none);
  std::string text;
  for (const auto& event : run.events()) transcript->append(event, text);
  each_line(text, [](std::string_view line) {
    const auto parsed = nlohmann::ordered_json::parse(line);
    auto key = parsed.begin();
    CHECK((key++).key() == "v");
    CHECK((key++).key() == "ts");
    CHECK((key++).key() == "event");
    CHECK((key++).key() == "run");
    CHECK(parsed["ts"].get<std::string>().size() == 24);
  });
  CHECK(text.find("bad \uFFFD\uFFFD utf-8 \\u001b[31m") != text.npos);
}

TEST_CASE("no part of JSON is a workflow command in a GitHub log") {
  const auto transcript = make_json_transcript(CiLog::github);
  std::string text;
  transcript->append(
      RunEvent{"r", {}, event::StageOutput{"x", Stream::out, "##[add-mask]a ##[b\n"}}, text);
  CHECK(text.find("##[") == text.npos);
  CHECK(nlohmann::json::parse(text)["text"] == "##[add-mask]a ##[b");
}

TEST_CASE("GitHub Actions") {
  const auto failing = github(test::failing_run());
  CHECK(failing == golden("github.txt", failing));
}

TEST_CASE("outside of stopped parts no line of a GitHub log is a command but ours") {
  bool stopped = false;
  each_line(github(test::failing_run()), [&](std::string_view line) {
    if (line == "::s3cr3t::") {
      CHECK(stopped);
      stopped = false;
    } else if (line == "::stop-commands::s3cr3t") {
      CHECK_FALSE(stopped);
      stopped = true;
    } else if (!stopped) {
      INFO(std::string(line));
      CHECK(line.find("##[") == line.npos);
      const bool ours =
          line.starts_with("::group::") || line == "::endgroup::" || line.starts_with("::error ");
      const auto first = line.find_first_not_of(" \t");
      CHECK((ours || first == line.npos || !line.substr(first).starts_with("::")));
    }
  });
  CHECK_FALSE(stopped);
}

TEST_CASE("GitLab") {
  auto transcript = make_grouped_transcript(coloured(), make_gitlab_dialect(), log_path, {});
  const auto failing = told(*transcript, test::failing_run());
  CHECK(failing == golden("gitlab.txt", failing));
}

TEST_CASE("a token is different each time and has 32 digits") {
  CHECK(random_token().size() == 32);
  CHECK(random_token() != random_token());
}

TEST_CASE("step summary") {
  const auto page = markdown_summary(told_model(test::failing_run()));
  CHECK(page == golden("step_summary.md", page));
}

TEST_CASE("a step summary is text, not mark-up, and stays below its limit") {
  test::ScriptedRun run;
  run.after(0, event::RunStarted{"<b>&|*x*", "push", "", "", {}, false});
  for (int i = 0; i < 2000; ++i) {
    const auto name = "stage-" + std::to_string(i);
    run.after(0, event::StageOutput{name, Stream::out, std::string(3000, '`') + "\n</details>\n"})
        .after(0, test::ended(name, Status::failed, 1, "a | b <script> [x](y)"));
  }
  run.after(0, event::RunFinished{1, Milliseconds{9}, ""});
  const auto page = markdown_summary(told_model(run), 200'000);
  CHECK(page.size() <= 200'000);
  CHECK(page.find("<script>") == page.npos);
  CHECK(page.find("### &lt;b>") == page.npos);
  CHECK(page.find("a \\| b &lt;script\\> \\[x\\](y)") != page.npos);
  CHECK(page.find("stage-0: ") != page.npos);  // the root cause stays
}

TEST_CASE("the summary has the form of the manual") {
  auto rolled_back = test::ended("staging", Status::rolled_back, 41'000,
                                 "health http://app/ready: 503, want 200 -> rolled back to "
                                 "app:1f3c9a2");
  test::ScriptedRun run;
  run.after(0, test::ended("audit", Status::succeeded, 2100, "", "critical 0 · high 0"))
      .after(0, test::ended("lint", Status::warned, 1000, "", "3 warnings"))
      .after(0,
             test::ended("unit (18)", Status::succeeded, 12'400, "", "142 tests · coverage 92.1%"))
      .after(0, test::ended("load", Status::succeeded, 30'200, "",
                            "P95 156ms · errors 0% · 900 requests"))
      .after(0, rolled_back);
  CHECK(summary_table(told_model(run), log_file()) ==
        "✅ audit        PASSED   2.1s   critical 0 · high 0\n"
        "⚠️ lint         WARNED   1.0s   3 warnings\n"
        "✅ unit (18)    PASSED  12.4s   142 tests · coverage 92.1%\n"
        "✅ load         PASSED  30.2s   P95 156ms · errors 0% · 900 requests\n"
        "❌ staging      FAILED  41.0s   health http://app/ready: 503, want 200 -> rolled back to "
        "app:1f3c9a2\n");
}

TEST_CASE("a reason that does not fit beside its stage stands below it") {
  test::ScriptedRun run;
  run.after(0, event::StageStarted{"staging", 1})
      .after(0, test::ended("staging", Status::failed, 41'000, "health http://app/ready: 503"));
  const auto model = told_model(run);
  auto terminal = log_file();
  const auto* stage = model.stage("staging");
  CHECK(unfold_failure(*stage, "", terminal) == "❌ staging FAILED  health http://app/ready: 503\n");
  terminal.redraw = true;
  terminal.columns = 47;
  CHECK(unfold_failure(*stage, "", terminal) == "❌ staging FAILED  health http://app/ready: 503\n");
  terminal.columns = 30;
  CHECK(unfold_failure(*stage, "", terminal) ==
        "❌ staging FAILED\n"
        "   health http://app/ready:\n"
        "   503\n");
  terminal.columns = 20;
  CHECK(unfold_failure(*stage, "", terminal) ==
        "❌ staging FAILED\n"
        "   health\n"
        "   http://app/ready:\n"
        "   503\n");
}

TEST_CASE("of many stages those that went well are only counted") {
  test::ScriptedRun run;
  for (int i = 0; i < 500; ++i)
    run.after(0,
              test::ended("s" + std::to_string(i), i == 7 ? Status::failed : Status::succeeded, 1));
  run.after(0, event::RunFinished{1, Milliseconds{500}, ""});
  const auto model = told_model(run);
  CHECK(summary_table(model, log_file()) == "❌ s7           FAILED    1ms\n");
  CHECK(closing_line(model, log_file()) == "FAILED in 500ms · 1 failed, 499 passed\n");
}

TEST_CASE("every ending has its word") {
  const auto closing = [](int code) {
    test::ScriptedRun run;
    run.after(0, event::RunFinished{code, Milliseconds{2000}, ""});
    return closing_line(told_model(run), log_file());
  };
  CHECK(closing(0) == "PASSED in 2.0s\n");
  CHECK(closing(1) == "FAILED in 2.0s\n");
  CHECK(closing(3) == "FAILED (infrastructure) in 2.0s\n");
  CHECK(closing(4) == "WAITING in 2.0s\n");
  CHECK(closing(5) == "FAILED (undone) in 2.0s\n");
  CHECK(closing(6) == "FAILED (not undone) in 2.0s\n");
  CHECK(closing(70) == "BUG in pipectl in 2.0s\n");
  CHECK(closing(130) == "INTERRUPTED in 2.0s\n");
}
