// Live pictures, and how one replaces another on a screen.
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "cli/ui/display.hpp"
#include "cli/ui/live_frame.hpp"
#include "cli/ui/redraw.hpp"
#include "tests/unit/cli/golden.hpp"
#include "tests/unit/cli/scripted_run.hpp"

using namespace pipectl;
using namespace pipectl::ui;

namespace {

Terminal screen(int columns, int rows) {
  Terminal terminal;
  terminal.redraw = true;
  terminal.glyphs = Glyphs::unicode;
  terminal.columns = columns;
  terminal.rows = rows;
  return terminal;
}

RunModel model_of(const test::ScriptedRun& run) {
  RunModel model;
  for (const auto& event : run.events()) model.apply(event);
  return model;
}

std::string picture(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line + '\n';
  return test::visible(text);
}

std::string draw(const test::ScriptedRun& run, const Terminal& terminal, unsigned tick = 0) {
  return picture(draw_frame(model_of(run), terminal, run.now(), tick));
}

test::ScriptedRun many_stages() {
  test::ScriptedRun run;
  event::RunStarted started{"many", "manual", "", "", {}, false};
  for (int i = 0; i < 50; ++i)
    started.stages.push_back({"s" + std::to_string(i), "run", i < 10 ? "first" : "", {}});
  run.after(0, started);
  for (int i = 0; i < 20; ++i) {
    const auto name = "s" + std::to_string(i);
    run.after(10, event::StageStarted{name});
    if (i == 18 || i == 19) continue;
    run.after(10, test::ended(name, i == 3 ? Status::failed : Status::succeeded, 10));
  }
  return run;
}

// As much of a terminal as Redraw uses.
class Screen {
 public:
  explicit Screen(int columns) : columns_(columns) {}
  void feed(std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      const char c = bytes[i];
      if (c == '\x1b') {
        i = sequence(bytes, i + 2);
      } else if (c == '\r') {
        column_ = 0;
      } else if (c == '\n') {
        ++row_;
      } else {
        put(c);
      }
    }
  }
  [[nodiscard]] std::string text() const {
    std::string all;
    for (const auto& row : rows_) all += row.substr(0, row.find_last_not_of(' ') + 1) + '\n';
    while (all.ends_with("\n\n")) all.pop_back();
    return all == "\n" ? std::string{} : all;
  }
  // A narrower screen wraps again what no longer fits, as most terminals do.
  void narrow(int columns) {
    std::vector<std::string> wrapped;
    std::size_t cursor = 0;
    for (std::size_t r = 0; r < rows_.size(); ++r) {
      auto rest = rows_[r].substr(0, rows_[r].find_last_not_of(' ') + 1);
      do {
        wrapped.push_back(rest.substr(0, static_cast<std::size_t>(columns)));
        rest.erase(0, static_cast<std::size_t>(columns));
      } while (!rest.empty());
      if (r == row_) cursor = wrapped.size() - 1;
    }
    rows_ = wrapped;
    row_ = cursor;
    columns_ = columns;
  }

 private:
  std::size_t sequence(std::string_view bytes, std::size_t at) {
    std::size_t number = 0;
    while (bytes[at] == '?' || (bytes[at] >= '0' && bytes[at] <= '9')) {
      if (bytes[at] != '?') number = number * 10 + static_cast<std::size_t>(bytes[at] - '0');
      ++at;
    }
    switch (bytes[at]) {
      case 'A':
        row_ -= number;
        break;
      case 'B':
        row_ += number;
        break;
      case 'K':
        line().resize(column_);
        break;
      case 'J':
        line().resize(column_);
        rows_.resize(row_ + 1);
        break;
      case 'h':
      case 'l':
        break;
      default:
        FAIL("a sequence that the screen does not know: " << bytes[at]);
    }
    return at;
  }
  std::string& line() {
    if (rows_.size() <= row_) rows_.resize(row_ + 1);
    return rows_[row_];
  }
  void put(char c) {
    REQUIRE(column_ < static_cast<std::size_t>(columns_));
    auto& row = line();
    if (row.size() <= column_) row.resize(column_ + 1, ' ');
    row[column_++] = c;
  }

  int columns_;
  std::vector<std::string> rows_;
  std::size_t row_{0};
  std::size_t column_{0};
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("live picture") {
  const auto run = test::half_a_run();
  const auto wide = draw(run, screen(100, 30));
  CHECK(wide == test::golden("live_wide.txt", wide));
  const auto narrow = draw(run, screen(34, 30), 3);
  CHECK(narrow == test::golden("live_narrow.txt", narrow));
  auto colour = screen(100, 30);
  colour.colour = Colour::on;
  const auto painted = draw(run, colour);
  CHECK(painted == test::golden("live_colour.txt", painted));
  auto ascii = screen(100, 30);
  ascii.glyphs = Glyphs::ascii;
  const auto plain = draw(run, ascii);
  CHECK(plain == test::golden("live_ascii.txt", plain));
}

TEST_CASE("on a low screen running and failed stages come first") {
  const auto low = draw(many_stages(), screen(60, 14));
  CHECK(low == test::golden("live_low.txt", low));
}

TEST_CASE("no picture is wider or higher than its screen") {
  const auto run = many_stages();
  const auto model = model_of(run);
  for (int rows = 1; rows < 70; ++rows)
    for (const int columns : {1, 2, 7, 20, 80}) {
      const auto lines = draw_frame(model, screen(columns, rows), run.now(), 0);
      INFO(columns << " by " << rows);
      CHECK(static_cast<int>(lines.size()) <= std::max(rows, 2));
      for (const auto& line : lines) CHECK(static_cast<int>(display_width(line)) <= columns);
    }
}

TEST_CASE("no control sequence of a child reaches a picture") {
  test::ScriptedRun run;
  run.after(0, event::StageStarted{"a"})
      .after(0, event::StageOutput{"a", Stream::out, "x\x1b[2J\x1b[31mred\x1b]0;t\x07\r\n"});
  CHECK(draw(run, screen(80, 24)).find("␛") == std::string::npos);
  CHECK(draw(run, screen(80, 24)).find("xred") != std::string::npos);
}

TEST_CASE("one picture replaces another in place") {
  Redraw redraw;
  Screen shown{20};
  shown.feed("above\r\n");
  const auto show = [&](Lines lines) { shown.feed(redraw.show(std::move(lines), {20, 10})); };
  show({"one", "two", "three"});
  CHECK(shown.text() == "above\none\ntwo\nthree\n");
  show({"one", "2", "three"});
  CHECK(shown.text() == "above\none\n2\nthree\n");
  show({"one"});
  CHECK(shown.text() == "above\none\n");
  show({"a", "b", "c", "d"});
  CHECK(shown.text() == "above\na\nb\nc\nd\n");
  shown.feed(redraw.clear({20, 10}));
  CHECK(shown.text() == "above\n");
  shown.feed("warning\r\n");
  show({"again"});
  CHECK(shown.text() == "above\nwarning\nagain\n");
}

// There tmux takes it for `clear` and keeps what it erases as history.
TEST_CASE("nothing is erased from the top downwards") {
  Redraw redraw;
  static_cast<void>(redraw.show({"one", "two"}, {20, 10}));
  for (const auto& out : {redraw.show({"one", "two"}, {30, 10}), redraw.clear({30, 10})}) {
    CHECK(out.find("\x1b[J") != std::string::npos);
    CHECK(out.find("A\x1b[J") == std::string::npos);
  }
}

TEST_CASE("what has not changed is not sent again") {
  Redraw redraw;
  static_cast<void>(redraw.show({"constant", "tick"}, {20, 10}));
  CHECK(redraw.show({"constant", "tick"}, {20, 10}).empty());
  CHECK(redraw.show({"constant", "tock"}, {20, 10}).find("constant") == std::string::npos);
}

TEST_CASE("a screen that became narrower is cleaned of what it wrapped") {
  Redraw redraw;
  Screen shown{20};
  shown.feed("above\r\n");
  shown.feed(redraw.show({"0123456789abcdef", "short", "0123456789"}, {20, 10}));
  shown.narrow(8);
  shown.feed(redraw.show({"0123456", "short", "0123456"}, {8, 10}));
  CHECK(shown.text() == "above\n0123456\nshort\n0123456\n");
}
