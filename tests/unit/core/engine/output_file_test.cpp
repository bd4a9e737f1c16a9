#include "core/engine/output_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <fstream>

using namespace pipectl;

TEST_CASE("outputs are key=value lines and heredocs, the last of a key wins") {
  const auto outputs = parse_outputs("a=1\n\nb=x=y\ntext<<END\none\n\ntwo=2\nEND\na=3\nempty=\n");
  REQUIRE(outputs);
  CHECK(*outputs == Outputs{{"a", "3"}, {"b", "x=y"}, {"text", "one\n\ntwo=2"}, {"empty", ""}});
}

TEST_CASE("a value is text, whatever it looks like") {
  const auto outputs = parse_outputs("cmd=$(touch pwned)\nmore=a<<b\n");
  REQUIRE(outputs);
  CHECK(outputs->at("cmd") == "$(touch pwned)");
  CHECK(outputs->at("more") == "a<<b");
}

TEST_CASE("a malformed output is named with its line") {
  for (const auto* text :
       {"a=1\nnonsense\n", "a=1\n1x=2\n", "a=1\n=2\n", "a=1\nb<<END\nopen\n", "a=1\nb<<\nx\n"}) {
    INFO(text);
    const auto outputs = parse_outputs(text);
    REQUIRE_FALSE(outputs);
    CHECK(outputs.error().fault == Fault::step);
    CHECK(outputs.error().message.find("line 2") != std::string::npos);
    CHECK_FALSE(outputs.error().hint.empty());
  }
}

TEST_CASE("an output that cannot be a variable of its own is refused") {
  const auto message = [](std::string_view text) {
    const auto outputs = parse_outputs(text);
    REQUIRE_FALSE(outputs);
    CHECK(outputs.error().fault == Fault::step);
    CHECK_FALSE(outputs.error().hint.empty());
    return outputs.error().message;
  };
  using namespace std::string_view_literals;
  CHECK(message("x=a\0b\n"sv) == "output 'x' holds a zero byte");
  CHECK(message("a-b=1\na_b=2\n") ==
        "outputs 'a-b' and 'a_b' are the same variable, PIPECTL_OUT_…_A_B");
  CHECK(message("Tag=1\ntag=1\n") ==
        "outputs 'Tag' and 'tag' are the same variable, PIPECTL_OUT_…_TAG");
}

TEST_CASE("an output file that holds a secret fails the stage and does not repeat it") {
  const auto file =
      std::filesystem::temp_directory_path() / ("pipectl-outputs-" + std::to_string(::getpid()));
  std::ofstream{file} << "ok=1\ntoken=prefix-s3cr3t-value\n";
  Redactor redactor;
  REQUIRE(redactor.add("TOKEN", "s3cr3t-value"));
  const auto outputs = read_outputs(file, redactor);
  std::filesystem::remove(file);
  REQUIRE_FALSE(outputs);
  CHECK(outputs.error().message.find("s3cr3t") == std::string::npos);
  CHECK(outputs.error().message.find("token") != std::string::npos);
}

TEST_CASE("what a stage makes of its output file is the stage's fault") {
  const auto file =
      std::filesystem::temp_directory_path() / ("pipectl-no-outputs-" + std::to_string(::getpid()));
  const auto refused = [&](std::string_view word) {
    const auto outputs = read_outputs(file, Redactor{});
    std::filesystem::remove(file);
    REQUIRE_FALSE(outputs);
    CHECK(outputs.error().fault == Fault::step);
    CHECK(outputs.error().message.starts_with("$PIPECTL_OUTPUT "));
    CHECK(outputs.error().message.find(word) != std::string::npos);
    CHECK_FALSE(outputs.error().hint.empty());
  };
  std::filesystem::create_directory(file);
  refused("no file");
  REQUIRE(::mkfifo(file.c_str(), 0600) == 0);
  refused("no file");
  std::ofstream{file} << "a=" << std::string((1U << 20U) + 1, 'x');
  refused("1 MiB");
}

TEST_CASE("no output file is no outputs") {
  const Redactor redactor;
  const auto outputs = read_outputs("/nonexistent/outputs", redactor);
  REQUIRE(outputs);
  CHECK(outputs->empty());
}
