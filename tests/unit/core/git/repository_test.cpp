#include "core/git/repository.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <string_view>

#include "core/git/ci_jenkins.hpp"
#include "test_repo.hpp"

using namespace pipectl;
using namespace pipectl::git;
using namespace pipectl::git::test;

namespace {
using Paths = std::vector<std::string>;
}

TEST_CASE("find_root walks upwards") {
  const TempDir dir;
  write(dir / "repo/.git/HEAD", "ref: refs/heads/main\n");
  write(dir / "repo/a/b/file", "");
  CHECK(find_root(dir / "repo") == dir / "repo");
  CHECK(find_root(dir / "repo/a/b") == dir / "repo");
  CHECK(find_root(dir / "repo/a/b/file") == dir / "repo");
  CHECK(find_root(dir / "repo/a/not/there") == dir / "repo");
  CHECK(find_root(dir / "repo/a/../..") == std::nullopt);
}

TEST_CASE("find_root follows a link to where the folder really is") {
  const TempDir dir;
  write(dir / "repo/.git/HEAD", "ref: refs/heads/main\n");
  fs::create_directories(dir / "repo/a");
  fs::create_directory_symlink(dir / "repo/a", dir / "link");
  CHECK(find_root(dir / "link") == dir / "repo");
}

TEST_CASE("find_root knows the .git file of a worktree, and nothing that only looks like one") {
  const TempDir dir;
  write(dir / "tree/.git", "gitdir: /elsewhere/.git/worktrees/tree\n");
  write(dir / "tree/inner/.git/keep", "");
  write(dir / "tree/text/.git", "a note\n");
  CHECK(find_root(dir / "tree") == dir / "tree");
  CHECK(find_root(dir / "tree/inner") == dir / "tree");
  CHECK(find_root(dir / "tree/text") == dir / "tree");
}

TEST_CASE("find_root lets GIT_WORK_TREE win inside it") {
  const TempDir dir;
  fs::create_directories(dir / "work/a");
  fs::create_directories(dir / "other");
  const EnvMap env{{"GIT_DIR", (dir / "bare").string()},
                   {"GIT_WORK_TREE", (dir / "work").string()}};
  CHECK(find_root(dir / "work/a", env) == dir / "work");
  CHECK(find_root(dir / "other", env) == std::nullopt);
}

TEST_CASE("read_info of a repository without commits is empty") {
  const TempDir dir;
  TestRepo repo(dir / "r");
  repo.remote("https://example.com/r.git");
  const auto info = read_info(dir / "r");
  REQUIRE(info);
  CHECK(info->sha.empty());
  CHECK(info->branch.empty());
  CHECK_FALSE(info->dirty);
}

TEST_CASE("read_info tells everything about HEAD") {
  const TempDir dir;
  TestRepo repo(dir / "r");
  const std::string sha = repo.commit({{"a.txt", "1"}}, "feat: first\n\nWith a body.\n");
  repo.remote("https://ada:s3cret@example.com/r.git");
  auto info = read_info(dir / "r");
  REQUIRE(info);
  CHECK(info->sha == sha);
  CHECK(info->short_sha == sha.substr(0, 7));
  CHECK(info->branch == "main");
  CHECK(info->tag.empty());
  CHECK(info->author == "Ada Lovelace <ada@example.com>");
  CHECK(info->message == "feat: first\n\nWith a body.\n");
  CHECK(info->remote == "https://example.com/r.git");
  CHECK_FALSE(info->dirty);

  repo.reference("refs/tags/light", sha);
  CHECK(read_info(dir / "r")->tag == "light");
  repo.annotated_tag("v1.0.0", sha);
  CHECK(read_info(dir / "r")->tag == "v1.0.0");

  check(git_repository_detach_head(repo.raw()));
  CHECK(read_info(dir / "r")->branch == "");
  CHECK(read_info(dir / "r")->sha == sha);
}

TEST_CASE("read_info calls a branch by its name, whatever is in it") {
  const TempDir dir;
  TestRepo repo(dir / "r");
  const std::string sha = repo.commit({{"a", "1"}});
  repo.reference("refs/heads/$(touch${IFS}pwned)", sha);
  repo.head("refs/heads/$(touch${IFS}pwned)");
  CHECK(read_info(dir / "r")->branch == "$(touch${IFS}pwned)");
}

TEST_CASE("dirty: a change, a new file; not an ignored one") {
  const TempDir dir;
  TestRepo repo(dir / "r");
  repo.commit({{"a", "1"}, {".gitignore", "build/\n"}});
  write(dir / "r/build/x", "");
  CHECK_FALSE(read_info(dir / "r")->dirty);
  write(dir / "r/new", "");
  CHECK(read_info(dir / "r")->dirty);
  fs::remove(dir / "r/new");
  write(dir / "r/a", "22");
  CHECK(read_info(dir / "r")->dirty);
}

TEST_CASE("read_info of a folder that is no repository names it") {
  const TempDir dir;
  const auto info = read_info(dir.path());
  REQUIRE_FALSE(info);
  CHECK(info.error().fault == Fault::infrastructure);
  CHECK(info.error().message.find(dir.path().string()) != std::string::npos);
}

TEST_CASE("read_info uses GIT_DIR where the working tree has no .git") {
  const TempDir dir;
  TestRepo repo(dir / "r");
  const std::string sha = repo.commit({{"a", "1"}});
  write(dir / "elsewhere/a", "1");
  const EnvMap env{{"GIT_DIR", (dir / "r/.git").string()}};
  const auto info = read_info(dir / "elsewhere", env);
  REQUIRE(info);
  CHECK(info->sha == sha);
}

TEST_CASE("read_info reads a repository that another user owns") {
  if (geteuid() != 0) {
    const char* ci = std::getenv("CI");
    if (ci != nullptr && std::string_view(ci) == "true") FAIL("only root can give files away");
    SKIP("only root can give files away");
  }
  const TempDir dir;
  TestRepo repo(dir / "r");
  const std::string sha = repo.commit({{"a", "1"}});
  REQUIRE(chown((dir / "r").c_str(), 12345, 12345) == 0);
  REQUIRE(chown((dir / "r/.git").c_str(), 12345, 12345) == 0);
  const auto info = read_info(dir / "r");
  REQUIRE(info);
  CHECK(info->sha == sha);
}

TEST_CASE("changed_files without commits is empty, of a first commit everything") {
  const TempDir dir;
  TestRepo repo(dir / "r");
  write(dir / "r/a", "1");
  CHECK(*changed_files(dir / "r", "") == Paths{});
  repo.commit({{"a", "1"}, {"d/b", "2"}});
  CHECK(*changed_files(dir / "r", "") == Paths{"a", "d/b"});
}

TEST_CASE("changed_files on the default branch: the last commit and what is not committed") {
  const TempDir dir;
  TestRepo repo(dir / "r");
  repo.commit({{"a", "1"}, {"b", "1"}, {"gone", "1"}});
  fs::remove(dir / "r/gone");
  repo.commit({{"b", "2"}});
  write(dir / "r/new\nline", "x");
  write(dir / "r/deep/er/file", "x");
  CHECK(*changed_files(dir / "r", "") == Paths{"b", "deep/er/file", "gone", "new\nline"});
}

TEST_CASE("changed_files counts from where the branch parted") {
  const TempDir dir;
  TestRepo repo(dir / "r");
  const std::string first = repo.commit({{"a", "1"}});
  repo.reference("refs/heads/topic", first);
  const std::string main = repo.commit({{"only-on-main", "1"}});
  repo.head("refs/heads/topic");
  fs::remove(dir / "r/only-on-main");
  repo.commit({{"topic-1", "1"}});
  repo.commit({{"topic-2", "1"}});
  const Paths expected{"topic-1", "topic-2"};
  CHECK(*changed_files(dir / "r", "") == expected);
  CHECK(*changed_files(dir / "r", "main") == expected);
  CHECK(*changed_files(dir / "r", main) == expected);
  CHECK(*changed_files(dir / "r", std::string(40, '0')) == expected);
  repo.reference("refs/remotes/origin/release", main);
  CHECK(*changed_files(dir / "r", "release") == expected);
}

TEST_CASE("changed_files compares with the base itself where nothing is shared") {
  const TempDir dir;
  TestRepo repo(dir / "r");
  repo.commit({{"a", "1"}});
  const git_oid blob = repo.blob("1");
  const git_oid tree = repo.raw_tree({{"100644", "other", blob}});
  repo.head("refs/heads/orphan");
  repo.commit_tree(tree);
  git_checkout_options force = GIT_CHECKOUT_OPTIONS_INIT;
  force.checkout_strategy = GIT_CHECKOUT_FORCE | GIT_CHECKOUT_REMOVE_UNTRACKED;
  check(git_checkout_head(repo.raw(), &force));
  CHECK(*changed_files(dir / "r", "main") == Paths{"a", "other"});
}

TEST_CASE("changed_files with a base that is not there says how to get it") {
  const TempDir dir;
  TestRepo repo(dir / "r");
  repo.commit({{"a", "1"}});
  const auto changed = changed_files(dir / "r", std::string(40, 'a'));
  REQUIRE_FALSE(changed);
  CHECK(changed.error().message.find(std::string(40, 'a')) != std::string::npos);
  CHECK(changed.error().hint.find("fetch-depth: 0") != std::string::npos);
}

namespace {

/// A commit with the tree of its first parent.
std::string merge_of(TestRepo& repo, const std::string& one, const std::string& other) {
  lib::Commit first;
  lib::Commit second;
  git_oid id;
  check(git_oid_fromstr(&id, one.c_str()));
  check(git_commit_lookup(lib::Out(first), repo.raw(), &id));
  check(git_oid_fromstr(&id, other.c_str()));
  check(git_commit_lookup(lib::Out(second), repo.raw(), &id));
  lib::Tree tree;
  check(git_commit_tree(lib::Out(tree), first.get()));
  lib::Handle<git_signature, git_signature_free> who;
  check(git_signature_new(lib::Out(who), "Jenkins", "j@example.com", 1'795'000'000, 0));
  const git_commit* parents[] = {first.get(), second.get()};  // NOLINT: as libgit2 wants it
  check(git_commit_create(&id, repo.raw(), nullptr, who.get(), who.get(), nullptr, "merge",
                          tree.get(), 2, parents));
  return lib::to_hex(id);
}

}  // namespace

TEST_CASE("Jenkins: the commit that was merged with its target") {
  const TempDir folder;
  TestRepo repo{folder / "r"};
  const auto target = repo.commit({{"a", "1"}});
  const auto proposed = repo.commit({{"a", "2"}});
  const auto merged = merge_of(repo, proposed, target);
  const auto head = [&](const std::string& sha) {
    return head_of_change(folder / "r", sha, "PR-12", {});
  };
  CHECK(head(merged) == proposed);
  CHECK(head(target).value().empty());
  CHECK(head(proposed).value().empty());
  CHECK_FALSE(head(std::string(40, '0')).has_value());

  repo.reference("refs/remotes/origin/XPR-12", merged);
  repo.reference("refs/remotes/origin/PR-12", proposed);
  CHECK(head(merged) == proposed);
  CHECK(head(merge_of(repo, target, proposed)) == proposed);
  // What was proposed may be a merge itself.
  repo.reference("refs/remotes/origin/PR-12", merged);
  CHECK(head(merged).value().empty());
}
