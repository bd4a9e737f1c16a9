#include "core/store/artifacts.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <catch2/catch_message.hpp>
#include <fstream>
#include <sstream>

#include "core/base/sha256.hpp"
#include "tests/unit/core/store/store_fixture.hpp"

using namespace pipectl;
using namespace pipectl::store;
using namespace pipectl::store::fixture;

namespace fs = std::filesystem;

namespace {

struct ArtifactFixture {
  pipectl::test::TempFolder folder;
  fs::path workspace = folder / "work";
  fs::path target = folder / "run/artifacts/build";
  ArtifactFixture() { fs::create_directories(workspace); }

  void write(const std::string& name, std::string_view content = "x") const {
    folder.write("work/" + name, content);
  }
  [[nodiscard]] Result<Collected> collect(std::vector<std::string> patterns,
                                          const std::string& directory = "") const {
    return collect_artifacts({workspace, directory.empty() ? workspace : workspace / directory,
                              std::move(patterns), target, workspace / "state"},
                             CancelToken{});
  }
  [[nodiscard]] std::vector<std::string> paths(std::vector<std::string> patterns) const {
    std::vector<std::string> all;
    for (const auto& file : must(collect(std::move(patterns))).files) all.push_back(file.path);
    return all;
  }
  [[nodiscard]] std::string copied(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(target / name, std::ios::binary).rdbuf();
    return text.str();
  }
};

using Paths = std::vector<std::string>;

}  // namespace

TEST_CASE_METHOD(ArtifactFixture, "files are copied with their size and digest") {
  write("dist/app.tar", "content");
  write("dist/deep/er/x.txt", "");
  write("src/main.c");
  const auto collected = must(collect({"dist/**"}));
  REQUIRE(collected.files.size() == 2);
  CHECK(collected.files[0].path == "dist/app.tar");
  CHECK(collected.files[0].bytes == 7);
  CHECK(collected.files[0].sha256 == sha256_hex("content"));
  CHECK(collected.files[1].path == "dist/deep/er/x.txt");
  CHECK(collected.warnings.empty());
  CHECK(copied("dist/app.tar") == "content");
}

TEST_CASE_METHOD(ArtifactFixture,
                 "a copy does not change with its source, and keeps mode and time") {
  write("app", "before");
  REQUIRE(::chmod((workspace / "app").c_str(), 0755) == 0);
  must(collect({"app"}));
  CHECK(fs::last_write_time(target / "app") == fs::last_write_time(workspace / "app"));
  CHECK((fs::status(target / "app").permissions() & fs::perms::owner_exec) != fs::perms::none);
  {
    std::fstream file(workspace / "app", std::ios::in | std::ios::out);
    file << "AFTER!";
  }
  CHECK(copied("app") == "before");
}

TEST_CASE_METHOD(ArtifactFixture, "patterns: wildcards, folders, exclusions, relative parts") {
  for (const auto* name : {"a.xml", "b/c.xml", "b/d/e.xml", "b/d/e.txt", ".hidden", "z"})
    write(name);
  CHECK(paths({"*.xml"}) == Paths{"a.xml"});
  CHECK(paths({"**/*.xml"}) == Paths{"a.xml", "b/c.xml", "b/d/e.xml"});
  CHECK(paths({"b"}) == Paths{"b/c.xml", "b/d/e.txt", "b/d/e.xml"});
  CHECK(paths({"b/"}) == Paths{"b/c.xml", "b/d/e.txt", "b/d/e.xml"});
  CHECK(paths({"./b//d/*"}) == Paths{"b/d/e.txt", "b/d/e.xml"});
  CHECK(paths({"b/*"}) == Paths{"b/c.xml", "b/d/e.txt", "b/d/e.xml"});
  CHECK(paths({"*/*.xml"}) == Paths{"b/c.xml"});
  CHECK(paths({"{b/d,z}"}) == Paths{"b/d/e.txt", "b/d/e.xml", "z"});
  CHECK(paths({".", "!b"}) == Paths{".hidden", "a.xml", "z"});
  CHECK(paths({"**/*.xml", "!**/e.*"}) == Paths{"a.xml", "b/c.xml"});
  CHECK(paths({"z", "z", "[y-z]"}) == Paths{"z"});
}

TEST_CASE_METHOD(ArtifactFixture, "a pattern that finds nothing is a warning") {
  write("a");
  const auto collected = must(collect({"a", "none/*.xml"}));
  CHECK(collected.files.size() == 1);
  REQUIRE(collected.warnings.size() == 1);
  CHECK(collected.warnings[0] == "no file matches 'none/*.xml'");
}

TEST_CASE_METHOD(ArtifactFixture, "a pattern that leaves the working directory is refused") {
  for (const auto* bad : {"../x", "a/../../x", "/etc/passwd", "", "  ", "!../x"}) {
    INFO(bad);
    CHECK(error_of(collect({bad})).fault == Fault::usage);
  }
}

TEST_CASE_METHOD(ArtifactFixture, "paths are relative to the working directory") {
  write("web/dist/app.js");
  const auto collected = must(collect({"dist/*"}, "web"));
  REQUIRE(collected.files.size() == 1);
  CHECK(collected.files[0].path == "dist/app.js");
}

TEST_CASE_METHOD(ArtifactFixture, "links that stay in the workspace become their content") {
  write("build/v2/app", "two");
  fs::create_directories(workspace / "dist");
  fs::create_symlink("../build/v2/app", workspace / "dist/app");
  fs::create_symlink(workspace / "build/v2/app", workspace / "dist/absolute");
  fs::create_directory_symlink("../build/v2", workspace / "dist/latest");
  CHECK(paths({"dist"}) == Paths{"dist/absolute", "dist/app", "dist/latest/app"});
  CHECK(copied("dist/app") == "two");
  CHECK_FALSE(fs::is_symlink(target / "dist/absolute"));
  CHECK(copied("dist/latest/app") == "two");
  CHECK(paths({"dist/latest", "dist/latest/app"}) == Paths{"dist/latest/app"});
}

TEST_CASE_METHOD(ArtifactFixture,
                 "a link that leads out is refused and named, nothing is collected") {
  folder.write("secret", "s3cret");
  write("dist/fine");
  fs::create_symlink("../../secret", workspace / "dist/leak");
  const Error error = error_of(collect({"dist"}));
  CHECK(error.fault == Fault::step);
  CHECK(error.message.find("dist/leak") != std::string::npos);
  CHECK_FALSE(fs::exists(target));
  CHECK(paths({"dist", "!dist/leak"}) == Paths{"dist/fine"});
}

TEST_CASE_METHOD(ArtifactFixture, "a folder that is a link out is refused, also on the way") {
  folder.write("outside/file", "s3cret");
  fs::create_directory_symlink(folder / "outside", workspace / "link");
  for (const auto* pattern : {"link", "link/*", "link/file", "link/**/x"}) {
    INFO(pattern);
    const Error error = error_of(collect({pattern}));
    CHECK(error.fault == Fault::step);
    CHECK(error.message.find("leads out of") != std::string::npos);
  }
  // A wildcard does not go through links.
  CHECK(paths({"*/file"}).empty());
}

TEST_CASE_METHOD(ArtifactFixture, "links in a circle end") {
  write("dist/file");
  fs::create_directory_symlink(".", workspace / "dist/self");
  fs::create_directory_symlink("..", workspace / "dist/up");
  fs::create_symlink("loop", workspace / "dist/loop");
  fs::create_symlink("nowhere", workspace / "dist/dangling");
  const auto collected = must(collect({"dist"}));
  REQUIRE(collected.files.size() == 1);
  CHECK(collected.files[0].path == "dist/file");
  CHECK(collected.warnings.size() == 4);
}

TEST_CASE_METHOD(ArtifactFixture, "names of any bytes are kept") {
  const Paths odd{"dist/\xff\xfe", "dist/$(touch pwned)", "dist/a\nb", "dist/ -rf *"};
  for (const auto& name : odd) write(name, name);
  const auto found = paths({"dist"});
  CHECK(found.size() == odd.size());
  for (const auto& name : odd) CHECK(copied(name) == name);
}

TEST_CASE_METHOD(ArtifactFixture, "pipes, sockets and devices are no artifacts and do not block") {
  write("dist/file");
  REQUIRE(::mkfifo((workspace / "dist/fifo").c_str(), 0600) == 0);
  const auto collected = must(collect({"dist"}));
  CHECK(collected.files.size() == 1);
  REQUIRE(collected.warnings.size() == 1);
  CHECK(collected.warnings[0].find("dist/fifo") == 0);
}

TEST_CASE_METHOD(ArtifactFixture, "the state directory and .git are not collected by a wildcard") {
  write(".git/config");
  write("sub/.git/config");
  write(".pipectl/runs/x");
  write("state/runs/y");
  write("file");
  CHECK(paths({"**", "."}) == Paths{"file"});
  CHECK(paths({"state/**", "state/runs"}).empty());
  CHECK(paths({".git/config"}) == Paths{".git/config"});
}

TEST_CASE_METHOD(ArtifactFixture, "a workspace in the state directory is not left out") {
  write("state/runs/1/work/dist/app");
  const fs::path own = workspace / "state/runs/1/work";
  const auto collected = must(
      collect_artifacts({own, own, {"dist", "*/app"}, target, workspace / "state"}, CancelToken{}));
  CHECK(collected.files.size() == 1);
}

TEST_CASE_METHOD(ArtifactFixture, "collecting again replaces what was there") {
  write("dist/old");
  must(collect({"dist"}));
  fs::remove(workspace / "dist/old");
  write("dist/new");
  CHECK(paths({"dist"}) == Paths{"dist/new"});
  CHECK_FALSE(fs::exists(target / "dist/old"));
}

TEST_CASE_METHOD(ArtifactFixture, "a cancelled collection stops") {
  write("dist/file");
  CancelSource source;
  source.cancel(CancelReason::user);
  const Error error =
      error_of(collect_artifacts({workspace, workspace, {"dist"}, target, {}}, source.token()));
  CHECK(error.fault == Fault::cancelled);
}
