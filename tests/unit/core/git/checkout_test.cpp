// From local repositories: no process, no network. Real servers are in tests/e2e.
#include "core/git/checkout.hpp"

#include <catch2/catch_test_macros.hpp>

#include "core/git/repository.hpp"
#include "core/git/submodules.hpp"
#include "test_repo.hpp"

using namespace pipectl;
using namespace pipectl::git;
using namespace pipectl::git::test;

namespace {

CheckoutRequest request(const fs::path& from, const fs::path& to, std::string ref = {}) {
  CheckoutRequest request;
  request.url = from.string();
  request.ref = std::move(ref);
  request.destination = to;
  return request;
}

std::size_t entries(const fs::path& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("a checkout of a local path is a repository of its own") {
  const TempDir dir;
  const std::string sha = [&] {
    TestRepo repo(dir / "from");
    return repo.commit({{"a", "1"}, {"d/b", "2"}}, "feat: x\n");
  }();
  std::string last;
  const auto info = checkout(request(dir / "from", dir / "to/deep"),
                             [&](const Progress& now) {
                               CHECK(now.done <= now.total);
                               last = now.phase;
                             },
                             {});
  REQUIRE(info);
  CHECK(last == "checking out");
  CHECK(info->sha == sha);
  CHECK(info->branch == "main");
  fs::remove_all(dir / "from");
  CHECK(read(dir / "to/deep/d/b") == "2");
  const auto there = read_info(dir / "to/deep");
  REQUIRE(there);
  CHECK(there->sha == sha);
  CHECK(there->branch == "main");
  CHECK_FALSE(there->dirty);
  CHECK(there->remote == (dir / "from").string());
}

TEST_CASE("an error leaves nothing") {
  const TempDir dir;
  TestRepo repo(dir / "from");
  repo.commit({{"a", "1"}});
  CHECK_FALSE(checkout(request(dir / "from", dir / "out/to", "nope"), {}, {}));
  CHECK(entries(dir / "out") == 0);
  CHECK_FALSE(checkout(request(dir / "absent", dir / "out/to"), {}, {}));
  CHECK(entries(dir / "out") == 0);
  CancelSource source;
  source.cancel(CancelReason::user);
  const auto cancelled = checkout(request(dir / "from", dir / "out/to"), {}, source.token());
  REQUIRE_FALSE(cancelled);
  CHECK(cancelled.error().fault == Fault::cancelled);
  CHECK(entries(dir / "out") == 0);
}

TEST_CASE("what is in the way is not touched, what a killed checkout left is removed") {
  const TempDir dir;
  TestRepo repo(dir / "from");
  repo.commit({{"a", "1"}});
  write(dir / "to/precious", "x");
  const auto refused = checkout(request(dir / "from", dir / "to"), {}, {});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().fault == Fault::usage);
  CHECK(read(dir / "to/precious") == "x");
  write(dir / "file", "x");
  CHECK_FALSE(checkout(request(dir / "from", dir / "file"), {}, {}));
  fs::create_directory(dir / "folder");
  fs::create_directory_symlink(dir / "folder", dir / "link");
  CHECK_FALSE(checkout(request(dir / "from", dir / "link"), {}, {}));

  fs::create_directories(dir / "out/to");
  write(dir / "out/.to.pipectl-abcdef/half", "x");
  CHECK(checkout(request(dir / "from", dir / "out/to/"), {}, {}));
  CHECK(entries(dir / "out") == 1);
}

TEST_CASE("export takes HEAD, not the working tree") {
  const TempDir dir;
  TestRepo repo(dir / "from");
  const std::string sha = repo.commit({{"a", "1"}, {"gone", "1"}});
  repo.annotated_tag("v1", sha);
  repo.remote("https://ada:s3cret@host/r.git");
  write(dir / "from/a", "dirty");
  write(dir / "from/untracked", "x");
  fs::remove(dir / "from/gone");
  const auto info = export_commit(dir / "from", "", dir / "to", {});
  REQUIRE(info);
  CHECK(info->sha == sha);
  CHECK(info->branch == "main");
  CHECK(info->tag == "v1");
  CHECK(info->remote == "https://host/r.git");
  CHECK(read(dir / "to/a") == "1");
  CHECK(fs::exists(dir / "to/gone"));
  CHECK_FALSE(fs::exists(dir / "to/untracked"));
  CHECK(read(dir / "from/a") == "dirty");
  CHECK(read(dir / "to/.git/config").find("s3cret") == std::string::npos);
  CHECK(read_info(dir / "to")->tag == "v1");
}

TEST_CASE("export of a detached HEAD, of another branch, of nothing") {
  const TempDir dir;
  TestRepo repo(dir / "from");
  CHECK(export_commit(dir / "from", "", dir / "x", {}).error().message.find("no commits") !=
        std::string::npos);
  const std::string first = repo.commit({{"a", "1"}});
  repo.reference("refs/heads/old", first);
  const std::string second = repo.commit({{"a", "2"}});
  check(git_repository_detach_head(repo.raw()));
  const auto head = export_commit(dir / "from", "", dir / "head", {});
  REQUIRE(head);
  CHECK(head->sha == second);
  CHECK(head->branch.empty());
  CHECK(export_commit(dir / "from", "old", dir / "old", {})->sha == first);
  CHECK(export_commit(dir / "from", first.substr(0, 8), dir / "short", {})->sha == first);
  CHECK_FALSE(export_commit(dir.path(), "", dir / "none", {}));
}

TEST_CASE("a submodule is left as an empty folder, checked out when asked for") {
  const TempDir dir;
  TestRepo inner(dir / "inner");
  const std::string sha = inner.commit({{"deep", "1"}});
  TestRepo outer(dir / "outer");
  git_oid commit;
  check(git_oid_fromstr(&commit, sha.c_str()));
  const std::string modules = "[submodule \"s\"]\n\tpath = sub\n\turl = ../inner\n";
  outer.commit_tree(
      outer.raw_tree({{"100644", ".gitmodules", outer.blob(modules)}, {"160000", "sub", commit}}));
  auto wanted = request(dir / "outer", dir / "a");
  REQUIRE(checkout(wanted, {}, {}));
  CHECK(entries(dir / "a/sub") == 0);
  wanted.destination = dir / "b";
  wanted.submodules = true;
  REQUIRE(checkout(wanted, {}, {}));
  CHECK(read(dir / "b/sub/deep") == "1");
  CHECK(read_info(dir / "b/sub")->sha == sha);
  CHECK_FALSE(read_info(dir / "b")->dirty);
}

TEST_CASE("a submodule without a URL, and one that is not there, name it") {
  const TempDir dir;
  TestRepo repo(dir / "r");
  git_oid commit;
  check(git_oid_fromstr(&commit, std::string(40, 'c').c_str()));
  repo.commit_tree(repo.raw_tree({{"160000", "libs", commit}}));
  auto wanted = request(dir / "r", dir / "out/to");
  wanted.submodules = true;
  CHECK(checkout(wanted, {}, {}).error().message.find("no URL for the submodule 'libs'") !=
        std::string::npos);
  const std::string modules = "[submodule \"s\"]\n\tpath = libs\n\turl = ./nope\n";
  repo.commit_tree(
      repo.raw_tree({{"100644", ".gitmodules", repo.blob(modules)}, {"160000", "libs", commit}}));
  CHECK(
      checkout(wanted, {}, {}).error().message.starts_with("submodule 'libs': no git repository"));
  CHECK(entries(dir / "out") == 0);
}

TEST_CASE("messages and authors become UTF-8") {
  const TempDir dir;
  TestRepo repo(dir / "r");
  repo.commit({{"a", "1"}}, "caf\xe9 na\xefve");
  CHECK(read_info(dir / "r")->message == "café naïve");
}
