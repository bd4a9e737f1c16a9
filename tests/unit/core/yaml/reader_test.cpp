#include "core/yaml/reader.hpp"

#include <array>
#include <catch2/catch_test_macros.hpp>

namespace pipectl::yaml {
namespace {

/// A mapping and a reader of it; the messages one to a line: `line:column message | hint`.
class Given {
 public:
  explicit Given(std::string text)
      : source_{"f", std::move(text)},
        document_(Document::parse(source_, diagnostics)),
        reader(document_->root(), "stage 'unit'", diagnostics) {}

  [[nodiscard]] std::string messages() const {
    std::string out;
    for (const auto& one : diagnostics.sorted()) {
      out += std::to_string(one.where.line) + ":" + std::to_string(one.where.column) + " " +
             one.message;
      if (!one.hint.empty()) out += " | " + one.hint;
      out += "\n";
    }
    return out;
  }

 private:
  SourceFile source_;

 public:
  Diagnostics diagnostics;

 private:
  std::optional<Document> document_;

 public:
  Reader reader;
};

TEST_CASE("right values are read") {
  Given given(
      "text: hello\nnumber: 18\nyes: true\nno: False\ntime: 1h30m\nbare: 90\none: a\nmany: [a, 2]\n"
      "pick: bash\nempty:\n");
  auto& reader = given.reader;
  constexpr std::array<std::string_view, 2> shells{"sh", "bash"};
  CHECK(reader.string("text") == "hello");
  CHECK(reader.string("number") == "18");
  CHECK(reader.integer("number", 0, 100) == 18);
  CHECK(reader.boolean("yes") == true);
  CHECK(reader.boolean("no") == false);
  CHECK(reader.duration("time") == Milliseconds(5'400'000));
  CHECK(reader.duration("bare") == Milliseconds(90'000));
  CHECK(reader.strings("one").size() == 1);
  CHECK(reader.strings("many")[1].text() == "2");
  CHECK(reader.choice("pick", shells) == "bash");
  CHECK_FALSE(reader.string("empty"));
  CHECK_FALSE(reader.string("absent"));
  reader.finish();
  CHECK(given.messages().empty());
}

TEST_CASE("wrong values are reported, each at its place, and read as absent") {
  Given given(
      "a: [1]\nb: yes\nc: 'true'\nd: x\ne: '3'\nf: 99999999999999999999\ng: soon\nh: {}\ni: [[]]\n"
      "j: zsh\nk: no\n");
  auto& reader = given.reader;
  constexpr std::array<std::string_view, 3> shells{"sh", "bash", "fish"};
  CHECK_FALSE(reader.string("a"));
  CHECK_FALSE(reader.boolean("b"));
  CHECK_FALSE(reader.boolean("c"));
  CHECK_FALSE(reader.integer("d", 0, 9));
  CHECK_FALSE(reader.integer("e", 0, 9));
  CHECK_FALSE(reader.integer("f", 0, 9));
  CHECK_FALSE(reader.duration("g"));
  CHECK(reader.strings("h").empty());
  CHECK(reader.strings("i").empty());
  CHECK_FALSE(reader.choice("j", shells));
  CHECK_FALSE(reader.boolean("k"));
  CHECK(given.messages() ==
        "1:4 'a' must be text, not a list\n"
        "2:4 'b' must be true or false, not 'yes' | write true\n"
        "3:4 'c' must be true or false, not 'true' | drop the quotes\n"
        "4:4 'd' must be a whole number, not 'x'\n"
        "5:4 'e' must be a whole number, not '3' | drop the quotes\n"
        "6:4 'f' must be between 0 and 9, not '99999999999999999999'\n"
        "7:4 'g' must be a duration, not 'soon' | write 90s, 15m or 1h30m\n"
        "8:4 'h' must be text or a list, not a mapping\n"
        "9:5 an item of 'i' must be text, not a list\n"
        "10:4 'j' must be one of sh, bash, fish, not 'zsh' | did you mean 'sh'?\n"
        "11:4 'k' must be true or false, not 'no' | write false\n");
}

TEST_CASE("keys that nobody asked for are unknown, with a suggestion from those asked or allowed") {
  Given given("timout: 5m\nrun: x\nretrry: 1\nkind: test\nzzzzzzzzzz: 1\n");
  constexpr std::array<std::string_view, 2> others{"retry", "kind"};
  given.reader.duration("timeout");
  given.reader.string("run");
  given.reader.allow(others);
  given.reader.finish();
  CHECK(given.messages() ==
        "1:1 unknown key 'timout' | did you mean 'timeout'?\n"
        "3:1 unknown key 'retrry' | did you mean 'retry'?\n"
        "5:1 unknown key 'zzzzzzzzzz'\n");
}

TEST_CASE("what is no mapping, and what lacks a key, is named") {
  Given list("[a]");
  CHECK_FALSE(list.reader.required_string("run"));
  CHECK(list.messages() == "1:1 stage 'unit' must be a mapping, not a list\n");
  Given empty("{}");
  CHECK_FALSE(empty.reader.required_string("run"));
  CHECK(empty.messages() == "1:1 stage 'unit' needs 'run'\n");
}

TEST_CASE("long text is cut in messages, at a character") {
  std::string text;
  for (int i = 0; i < 30; ++i) text += "é";
  Given given("n: x" + text + "\n");
  CHECK_FALSE(given.reader.integer("n", 0, 1));
  CHECK(given.messages() ==
        "1:4 'n' must be a whole number, not 'x" + text.substr(0, 38) + "...'\n");
}

}  // namespace
}  // namespace pipectl::yaml
