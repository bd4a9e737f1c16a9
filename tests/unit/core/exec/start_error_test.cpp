#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>

#include "core/exec/local_executor.hpp"
#include "tests/support/processes.hpp"
#include "tests/support/temp_folder.hpp"

using namespace pipectl;
using namespace pipectl::test;
using Catch::Matchers::ContainsSubstring;
namespace fs = std::filesystem;

namespace {

Error error_of(const Command& what) {
  Capture capture;
  const auto executor = make_local_executor(nullptr);
  auto started = executor->start(what, capture);
  REQUIRE_FALSE(started);
  return started.error();
}

fs::path executable(const TempFolder& folder, std::string_view name, std::string_view content) {
  auto file = folder.write(name, content);
  fs::permissions(file, fs::perms::owner_all);
  return file;
}

}  // namespace

TEST_CASE("a program that is not there", "[exec]") {
  const auto error = error_of(command({"no-such-program"}));
  CHECK(error.fault == Fault::step);
  CHECK_THAT(error.message, ContainsSubstring("no-such-program") && ContainsSubstring("127"));
  CHECK_THAT(error.hint, ContainsSubstring("PATH"));
  CHECK_THAT(error_of(command({"/no/such"})).message, ContainsSubstring("127"));
  CHECK_THAT(error_of(command({""})).message, ContainsSubstring("127"));
}

TEST_CASE("a program that cannot be executed", "[exec]") {
  const TempFolder folder;
  const auto plain = folder.write("plain", "echo\n").string();
  const auto error = error_of(command({plain}));
  CHECK(error.fault == Fault::step);
  CHECK_THAT(error.message, ContainsSubstring(plain) && ContainsSubstring("126"));
  CHECK_THAT(error.hint, ContainsSubstring("chmod"));
  CHECK_THAT(error_of(command({folder.path().string()})).message,
             ContainsSubstring("folder") && ContainsSubstring("126"));

  auto in_path = command({"plain"});
  in_path.env["PATH"] = folder.path().string();
  CHECK_THAT(error_of(in_path).message, ContainsSubstring("126"));
}

TEST_CASE("an executable file that no kernel understands", "[exec]") {
  const TempFolder folder;
  const auto absent = error_of(command({executable(folder, "a", "#!/no/such/shell\n").string()}));
  CHECK(absent.fault == Fault::step);
  CHECK_THAT(absent.message, ContainsSubstring("interpreter") && ContainsSubstring("127"));
  const auto windows = error_of(command({executable(folder, "w", "#!/bin/sh\r\n").string()}));
  CHECK_THAT(windows.hint, ContainsSubstring("Windows"));
  const auto plain = error_of(command({executable(folder, "p", "echo hello\n").string()}));
  CHECK(plain.fault == Fault::step);
  CHECK_THAT(plain.message, ContainsSubstring("126"));
  CHECK_THAT(plain.hint, ContainsSubstring("#!"));
}

TEST_CASE("a working directory that is none", "[exec]") {
  const TempFolder folder;
  auto what = command({"true"});
  what.directory = folder / "absent";
  auto error = error_of(what);
  CHECK(error.fault == Fault::infrastructure);
  CHECK_THAT(error.message,
             ContainsSubstring("absent") && ContainsSubstring("No such file or directory"));
  what.directory = folder.write("file", "");
  CHECK_THAT(error_of(what).message, ContainsSubstring("Not a directory"));
}

TEST_CASE("arguments and environments beyond the kernel's limits", "[exec]") {
  auto error = error_of(command({"true", std::string(200'000, 'x')}));
  CHECK(error.fault == Fault::step);
  CHECK_THAT(error.message, ContainsSubstring("too large"));
  CHECK_THAT(error.hint, ContainsSubstring("file"));

  auto what = command({"true"});
  for (int i = 0; i < 300; ++i) what.env["V" + std::to_string(i)] = std::string(100'000, 'x');
  CHECK_THAT(error_of(what).message, ContainsSubstring("too large"));
}

TEST_CASE("a zero byte is refused instead of cutting the text short", "[exec]") {
  auto what = command({"true", std::string("a\0b", 3)});
  CHECK_THAT(error_of(what).message, ContainsSubstring("zero byte"));
  what = command({"true"});
  what.env["A"] = std::string("a\0b", 3);
  CHECK_THAT(error_of(what).message, ContainsSubstring("'A'"));
  what = command({"true"});
  what.env["A=B"] = "x";
  CHECK_THAT(error_of(what).message, ContainsSubstring("A=B"));
}
