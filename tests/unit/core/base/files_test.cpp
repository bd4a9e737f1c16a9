#include "core/base/files.hpp"

#include <sys/stat.h>

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <iterator>
#include <thread>

#include "tests/support/temp_folder.hpp"

using namespace pipectl;
namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;
using test::TempFolder;

TEST_CASE("read_file gives every byte", "[files]") {
  const TempFolder folder;
  const std::string content = std::string("a\0b\xff\r\n", 6) + std::string(600'000, 'x');
  CHECK(read_file(folder.write("f", content)).value() == content);
  CHECK(read_file(folder.write("empty", "")).value().empty());
  CHECK_FALSE(read_file("/proc/self/status").value().empty());  // its size is said to be 0
}

TEST_CASE("read_file names the path and the reason", "[files]") {
  const TempFolder folder;
  const auto absent = read_file(folder / "absent");
  REQUIRE_FALSE(absent);
  CHECK(absent.error().fault == Fault::infrastructure);
  CHECK_THAT(absent.error().message,
             ContainsSubstring((folder / "absent").string()) && ContainsSubstring("No such file"));
  CHECK_THAT(read_file(folder.path()).error().message, ContainsSubstring("Is a directory"));
}

TEST_CASE("read_file does not wait for a named pipe", "[files]") {
  const TempFolder folder;
  REQUIRE(::mkfifo((folder / "fifo").c_str(), 0600) == 0);
  CHECK_THAT(read_file(folder / "fifo").error().message, ContainsSubstring("not a regular file"));
}

TEST_CASE("read_file keeps to its limit", "[files]") {
  const TempFolder folder;
  const auto file = folder.write("f", "12345");
  CHECK(read_file(file, 5).value() == "12345");
  CHECK_THAT(read_file(file, 4).error().message, ContainsSubstring("larger than 4 bytes"));
}

TEST_CASE("write_file_atomically replaces the whole and leaves nothing else", "[files]") {
  const TempFolder folder;
  const auto file = folder.write("f", "old and longer");
  REQUIRE(write_file_atomically(file, "new"));
  CHECK(read_file(file).value() == "new");
  REQUIRE(write_file_atomically(folder / "secret", "x", 0600));
  struct stat info {};
  REQUIRE(::stat((folder / "secret").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777U) == 0600U);
  CHECK(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator{}) == 2);
}

TEST_CASE("a failed write leaves nothing behind", "[files]") {
  const TempFolder folder;
  fs::create_directory(folder / "d");
  const auto onto_folder = write_file_atomically(folder / "d", "x");
  REQUIRE_FALSE(onto_folder);
  CHECK_THAT(onto_folder.error().message, ContainsSubstring((folder / "d").string()));
  CHECK(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator{}) == 1);
  CHECK_FALSE(write_file_atomically(folder / "absent" / "f", "x"));
}

TEST_CASE("a reader never sees half a file", "[files]") {
  const TempFolder folder;
  const auto file = folder.write("f", std::string(100'000, '0'));
  std::atomic<bool> done{false};
  int failures = 0;
  std::thread writer([&] {
    for (int i = 1; i < 60; ++i)
      failures +=
          write_file_atomically(file, std::string(100'000, static_cast<char>('0' + i))) ? 0 : 1;
    done = true;
  });
  bool whole = true;
  while (!done) {
    const auto seen = read_file(file);
    whole = whole && seen && *seen == std::string(100'000, seen->front());
  }
  writer.join();
  CHECK(whole);
  CHECK(failures == 0);
}

TEST_CASE("lies_within follows links", "[files]") {
  const TempFolder folder;
  const auto root = folder / "root";
  fs::create_directories(root / "sub");
  fs::create_directory(folder / "rootless");
  fs::create_directory_symlink(folder.path(), root / "out");
  fs::create_directory_symlink("sub", root / "in");
  fs::create_symlink(folder / "not-there", root / "dangling");
  fs::create_symlink("loop", root / "loop");
  fs::create_directory_symlink(root, folder / "link-to-root");

  CHECK(lies_within(root, root));
  CHECK(lies_within(root / "absent/deeper", root));
  CHECK(lies_within(root / "in/f", root));
  CHECK(lies_within(root / "sub/../sub", root));
  CHECK(lies_within(root / "f", folder / "link-to-root"));
  CHECK(lies_within(folder / "link-to-root/f", root));
  CHECK(lies_within("/anything", "/"));

  CHECK_FALSE(lies_within(folder / "rootless", root));
  CHECK_FALSE(lies_within(root / "..", root));
  CHECK_FALSE(lies_within(root / "absent/../../f", root));
  CHECK_FALSE(lies_within(root / "out/f", root));
  CHECK_FALSE(lies_within(root / "in/../../f", root));
  CHECK_FALSE(lies_within(root / "dangling", root));
  CHECK_FALSE(lies_within(root / "loop", root));
}
