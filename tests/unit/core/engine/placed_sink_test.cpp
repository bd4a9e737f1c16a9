#include "core/engine/placed_sink.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/support/temp_folder.hpp"

using namespace pipectl;

namespace {

struct Told final : ReportSink {
  void counts(Counts /*counts*/) override {}
  void metric(report::Metric /*metric*/) override {}
  void finding(report::Finding finding) override { found = finding.path; }
  void test(report::TestCase /*test*/) override {}
  void line(std::string_view file, std::uint32_t /*line*/, Hit /*hit*/) override { covered = file; }
  void branch(std::string_view file, std::uint32_t /*line*/, std::uint32_t /*way*/,
              Hit /*hit*/) override {
    covered = file;
  }
  std::string found;
  std::string covered;
};

/// A repository with a package `web` in it, in whose folder the stage works.
struct Repository {
  Repository() {
    for (const char* file : {"a.js", "web/a.js", "web/src/deep/a.js", "web/tests/t.js"})
      folder.write(file, "");
  }
  [[nodiscard]] std::string at(const std::string& path) const { return (folder / path).string(); }

  std::string found(const std::string& path, const std::string& directory) {
    PlacedSink sink({folder.path(), folder / directory, "report"}, told);
    report::Finding finding;
    finding.path = path;
    sink.finding(finding);
    return told.found;
  }
  std::string covered(const std::string& file, const std::vector<std::string>& sources) {
    PlacedSink sink({folder.path(), folder / "web", "out/coverage.xml"}, told);
    sink.sources(sources);
    sink.line(file, 1, ReportSink::Hit::yes);
    return told.covered;
  }

  test::TempFolder folder;
  Told told;
};

}  // namespace

TEST_CASE("a finding is where the repository has it, however a tool writes it") {
  Repository repository;
  for (const std::string directory : {"", "web"}) {
    CHECK(repository.found(repository.at("web/src/deep/a.js"), directory) == "web/src/deep/a.js");
    CHECK(repository.found("./nosuch.js", directory) == "nosuch.js");
    // What only looks like a path, and what lies elsewhere.
    for (const std::string other : {"", "/usr/include/a.h", "debian:12 (debian 12.1)",
                                    "https://a.example//b", "nosuch.js", "../../etc/passwd"})
      CHECK(repository.found(other, directory) == other);
    const std::string beside = repository.folder.path().string() + "shop/a.js";
    CHECK(repository.found(beside, directory) == beside);
  }
  CHECK(repository.found("a.js", "") == "a.js");
  CHECK(repository.found("./a.js", "web") == "web/a.js");
  CHECK(repository.found("src/deep/a.js", "web") == "web/src/deep/a.js");
  CHECK(repository.found("../a.js", "web") == "a.js");
}

TEST_CASE("of several sources the one counts that has the file") {
  Repository repository;
  const std::vector<std::string> sources{"/usr/share", repository.at("web/src/deep"), "tests"};
  CHECK(repository.covered("a.js", sources) == "src/deep/a.js");
  CHECK(repository.covered("t.js", sources) == "tests/t.js");
  CHECK(repository.covered("nosuch.js", sources) == "nosuch.js");
  CHECK(repository.covered(repository.at("web/a.js"), sources) == "a.js");
  // Of the repository, but not of the working directory; of neither.
  CHECK(repository.covered("a.js", {repository.at(""), "/"}) == repository.at("a.js"));
  CHECK(repository.covered("etc/hostname", {"/", "../.."}) == "etc/hostname");
}
