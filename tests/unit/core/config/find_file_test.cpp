#include <catch2/catch_test_macros.hpp>

#include "core/config/load.hpp"
#include "tests/support/temp_folder.hpp"

namespace pipectl::config {
namespace {

namespace fs = std::filesystem;

TEST_CASE("the file is found here, by its three names in order") {
  const test::TempFolder folder;
  const auto find = [&] { return find_file({}, folder.path()).value().filename().string(); };
  CHECK_FALSE(find_file({}, folder.path()));
  folder.write(".pipectl.yaml", "");
  CHECK(find() == ".pipectl.yaml");
  folder.write("pipeline.yml", "");
  CHECK(find() == "pipeline.yml");
  folder.write("pipeline.yaml", "");
  CHECK(find() == "pipeline.yaml");
}

TEST_CASE("the file is looked for up to the repository's root, and no further") {
  const test::TempFolder folder;
  folder.write("pipeline.yaml", "");
  fs::create_directories(folder / "repo/.git");
  folder.write("repo/.git/HEAD", "ref: refs/heads/main\n");
  fs::create_directories(folder / "repo/a/b");
  const auto missing = find_file({}, folder / "repo/a/b");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().fault == Fault::usage);
  CHECK(missing.error().message.find("or a folder above it up to") != std::string::npos);
  folder.write("repo/pipeline.yml", "");
  CHECK(find_file({}, folder / "repo/a/b").value() == fs::canonical(folder / "repo/pipeline.yml"));
  fs::create_directories(folder / "plain/sub");
  CHECK_FALSE(find_file({}, folder / "plain/sub"));
}

TEST_CASE("a path is taken as it is; a folder is looked into") {
  const test::TempFolder folder;
  folder.write("x/any.yaml", "");
  folder.write("y/pipeline.yml", "");
  CHECK(find_file("x/any.yaml", folder.path()).value() == folder / "x/any.yaml");
  CHECK(find_file("y", folder.path()).value() == folder / "y/pipeline.yml");
  CHECK_FALSE(find_file("x", folder.path()));
  const auto absent = find_file("z.yaml", folder.path());
  REQUIRE_FALSE(absent);
  CHECK(absent.error().message == "there is no file z.yaml");
}

}  // namespace
}  // namespace pipectl::config
