#include "core/store/archive.hpp"

#include <sys/stat.h>

#include <catch2/catch_message.hpp>
#include <fstream>
#include <sstream>

#include "core/base/sha256.hpp"
#include "tests/unit/core/store/store_fixture.hpp"

using namespace pipectl;
using namespace pipectl::store;
using namespace pipectl::store::fixture;

namespace fs = std::filesystem;
using Kind = FoundFile::Kind;

namespace {

struct ArchiveFixture {
  pipectl::test::TempFolder folder;
  fs::path from = folder / "from";
  fs::path to = folder / "to";
  fs::path archive = folder / "archive.tar.zst";
  ArchiveFixture() {
    fs::create_directories(from);
    fs::create_directories(to);
  }

  [[nodiscard]] std::vector<FoundFile> found(std::vector<std::string> patterns) const {
    return must(find_files({from, from, must(parse_patterns(patterns))}, CancelToken{})).files;
  }
  [[nodiscard]] Result<Packed> pack_up(const std::vector<FoundFile>& files) const {
    return pack({from, files, archive}, CancelToken{});
  }
  [[nodiscard]] Result<void> unpack_to(const std::vector<std::string>& allowed = {"."}) const {
    return unpack({archive, to, must(parse_patterns(allowed))}, CancelToken{});
  }
  [[nodiscard]] std::string text(const std::string& name) const {
    std::ostringstream all;
    all << std::ifstream(to / name, std::ios::binary).rdbuf();
    return all.str();
  }
  /// A file as a walk would have found it, under a name that no walk gives.
  [[nodiscard]] FoundFile forged(const std::string& path, Kind kind = Kind::file) const {
    struct stat info {};
    REQUIRE(::lstat((from / path).c_str(), &info) == 0);
    FoundFile file{path, kind, info.st_mode & 0777U, {}};
    file.state.size = kind == Kind::file ? static_cast<std::uint64_t>(info.st_size) : 0;
    return file;
  }
};

}  // namespace

TEST_CASE_METHOD(ArchiveFixture, "files, folders, links, modes and times come back") {
  folder.write("from/a/b/file", "content");
  folder.write("from/a/large", std::string(3'000'000, 'x'));
  folder.write("from/a/empty", "");
  fs::create_directories(from / "a/nothing in it");
  fs::create_symlink("b/file", from / "a/link");
  fs::create_symlink("/nowhere", from / "a/dangling");
  REQUIRE(::chmod((from / "a/b/file").c_str(), 0751) == 0);
  REQUIRE(::chmod((from / "a/b").c_str(), 0555) == 0);
  const Packed packed = must(pack_up(found({"a"})));
  CHECK(packed.bytes == fs::file_size(archive));
  CHECK(packed.sha256 == must(sha256_file(archive)));
  CHECK(packed.bytes < 100'000);

  must(unpack_to());
  CHECK(text("a/b/file") == "content");
  CHECK(fs::file_size(to / "a/large") == 3'000'000);
  CHECK(fs::file_size(to / "a/empty") == 0);
  CHECK(fs::is_empty(to / "a/nothing in it"));
  CHECK(fs::read_symlink(to / "a/link") == "b/file");
  CHECK(fs::read_symlink(to / "a/dangling") == "/nowhere");
  CHECK(fs::status(to / "a/b/file").permissions() == static_cast<fs::perms>(0751));
  CHECK(fs::status(to / "a/b").permissions() == static_cast<fs::perms>(0555));
  CHECK(fs::last_write_time(to / "a/b/file") == fs::last_write_time(from / "a/b/file"));
}

TEST_CASE_METHOD(ArchiveFixture, "names of any bytes survive any locale") {
  const std::vector<std::string> names{"caf\xc3\xa9", "\xff\xfe", "a\nb",
                                       std::string(200, 'n') + "/" + std::string(200, 'm')};
  for (const auto& name : names) folder.write("from/" + name, name);
  fs::create_symlink("\xff target", from / "\xff link");
  must(pack_up(found({"."})));
  must(unpack_to());
  for (const auto& name : names) CHECK(text(name) == name);
  CHECK(fs::read_symlink(to / "\xff link") == "\xff target");
}

TEST_CASE_METHOD(ArchiveFixture, "what is there is replaced, the rest left alone") {
  folder.write("from/file", "new");
  folder.write("to/file", "old and longer");
  folder.write("to/other", "mine");
  must(pack_up(found({"."})));
  must(unpack_to());
  CHECK(text("file") == "new");
  CHECK(text("other") == "mine");
}

TEST_CASE_METHOD(ArchiveFixture, "nothing is written outside, whatever the archive says") {
  folder.write("evil", "evil");
  SECTION("up") { must(pack_up({forged("../evil")})); }
  SECTION("absolute") { must(pack_up({forged((folder / "evil").string())})); }
  SECTION("not asked for") {
    folder.write("from/hooks/pre-commit", "evil");
    must(pack_up({forged("hooks/pre-commit")}));
  }
  fs::remove(folder / "evil");
  const Error error = error_of(unpack_to({"dist"}));
  CHECK(error.fault == Fault::step);
  CHECK(error.message.find("does not belong") != std::string::npos);
  CHECK_FALSE(fs::exists(folder / "evil"));
  CHECK(fs::is_empty(to));
}

TEST_CASE_METHOD(ArchiveFixture, "nothing is written through a link of the archive itself") {
  folder.write("outside/x", "evil");
  fs::create_directories(from / "dist");
  fs::create_directory_symlink(folder / "outside", from / "dist/link");
  must(pack_up({forged("dist/link", Kind::folder_link), forged("dist/link/x")}));
  folder.write("outside/x", "good");
  CHECK(error_of(unpack_to({"dist"})).fault == Fault::step);
  CHECK(must(sha256_file(folder / "outside/x")) == sha256_hex("good"));
}

TEST_CASE_METHOD(ArchiveFixture, "nothing is written through a link that is there") {
  folder.write("from/dist/x", "evil");
  folder.write("outside/x", "good");
  SECTION("in the place of a folder") {
    fs::create_directory_symlink(folder / "outside", to / "dist");
    must(pack_up({forged("dist/x")}));
    CHECK(error_of(unpack_to({"dist"})).fault == Fault::step);
  }
  SECTION("in the place of a file") {
    fs::create_directories(to / "dist");
    fs::create_symlink(folder / "outside/x", to / "dist/x");
    must(pack_up({forged("dist/x")}));
    must(unpack_to({"dist"}));
    CHECK_FALSE(fs::is_symlink(to / "dist/x"));
  }
  CHECK(must(sha256_file(folder / "outside/x")) == sha256_hex("good"));
}

TEST_CASE_METHOD(ArchiveFixture, "a root that is reached through a link is fine") {
  folder.write("from/x", "x");
  fs::create_directory_symlink(to, folder / "way");
  must(pack_up(found({"x"})));
  must(unpack({archive, folder / "way", must(parse_patterns({"x"}))}, CancelToken{}));
  CHECK(text("x") == "x");
}

TEST_CASE_METHOD(ArchiveFixture, "damage at any place is an error, never a crash") {
  folder.write("from/x", std::string(100'000, 'x') + "end");
  must(pack_up(found({"x"})));
  const auto size = fs::file_size(archive);
  for (const double part : {0.0, 0.3, 0.6, 0.9}) {
    INFO(part);
    fs::resize_file(archive, static_cast<std::uintmax_t>(static_cast<double>(size) * part));
    // A cut archive may still hold whole entries; an empty one holds none.
    const auto result = unpack_to({"x"});
    if (!result) CHECK(result.error().fault == Fault::step);
    if (part == 0.3) CHECK_FALSE(result);
  }
  std::ofstream(archive, std::ios::binary) << "this is no archive";
  CHECK(error_of(unpack_to()).fault == Fault::step);
  fs::remove(archive);
  CHECK(error_of(unpack_to()).fault == Fault::infrastructure);
}

TEST_CASE_METHOD(ArchiveFixture, "a file that changed since it was found is reported") {
  folder.write("from/x", "four");
  const auto files = found({"x"});
  SECTION("longer") { folder.write("from/x", "longer"); }
  SECTION("shorter") { folder.write("from/x", "s"); }
  SECTION("gone") { fs::remove(from / "x"); }
  SECTION("a link now") {
    fs::remove(from / "x");
    fs::create_symlink("/etc/passwd", from / "x");
  }
  const Error error = error_of(pack_up(files));
  CHECK(error.fault == Fault::step);
  CHECK(error.message.find("changed while") != std::string::npos);
}
