#include "core/git/tree_check.hpp"

#include <catch2/catch_test_macros.hpp>

#include "test_repo.hpp"

using namespace pipectl;
using namespace pipectl::git;
using namespace pipectl::git::test;

namespace {

Result<std::vector<Gitlink>> look(const TestRepo& repo, const git_oid& id,
                                  const CancelToken& cancel = {}) {
  lib::Tree tree;
  check(git_tree_lookup(lib::Out(tree), repo.raw(), &id));
  return check_tree(repo.raw(), tree.get(), cancel);
}

}  // namespace

TEST_CASE("a usual tree is fine, and its submodules are found") {
  const TempDir dir;
  TestRepo repo(dir / "r");
  const git_oid blob = repo.blob("x");
  git_oid commit;
  check(git_oid_fromstr(&commit, std::string(40, 'c').c_str()));
  const git_oid deep = repo.raw_tree({{"160000", "app", commit}, {"100644", "x", blob}});
  const git_oid plain = repo.raw_tree({{"100755", "run", blob}, {"120000", "link", blob}});
  const git_oid root = repo.raw_tree({{"100644", ".gitattributes", blob},
                                      {"40000", "libs", deep},
                                      {"40000", "plain", plain},
                                      {"40000", "twice", plain}});
  const auto links = look(repo, root);
  REQUIRE(links);
  REQUIRE(links->size() == 1);
  CHECK(links->front().path == "libs/app");
  CHECK(lib::to_hex(links->front().commit) == std::string(40, 'c'));
}

TEST_CASE("every name that could do harm is refused by its path") {
  const TempDir dir;
  TestRepo repo(dir / "r");
  const git_oid blob = repo.blob("x");
  for (const std::string& name :
       {std::string(".."), std::string("."), std::string("a/b"), std::string("../x"),
        std::string("/x"), std::string(".git"), std::string(".GiT"), std::string(".git. ."),
        std::string("git~1"), std::string(".git:x"), std::string(256, 'n')}) {
    INFO(name);
    const git_oid inner = repo.raw_tree({{"100644", name, blob}});
    const auto outcome = look(repo, repo.raw_tree({{"40000", "folder", inner}}));
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().message.find("folder/" + name.substr(0, 20)) != std::string::npos);
  }
}

TEST_CASE("a bomb is refused without being unfolded, a deep tree without end too") {
  const TempDir dir;
  TestRepo repo(dir / "r");
  git_oid tree = repo.raw_tree({{"100644", "x", repo.blob("x")}});
  for (int level = 0; level < 30; ++level)
    tree = repo.raw_tree({{"40000", "a", tree}, {"40000", "b", tree}});
  const auto bomb = look(repo, tree);
  REQUIRE_FALSE(bomb);
  CHECK(bomb.error().message.find("10,000,000") != std::string::npos);

  tree = repo.raw_tree({{"100644", "x", repo.blob("x")}});
  for (int level = 0; level < 3000; ++level) tree = repo.raw_tree({{"40000", "d", tree}});
  const auto deep = look(repo, tree);
  REQUIRE_FALSE(deep);
  CHECK(deep.error().message.find("500 folders") != std::string::npos);
}

TEST_CASE("500 folders in each other are the most, also where one stands in several places") {
  const TempDir dir;
  TestRepo repo(dir / "r");
  git_oid tree = repo.raw_tree({{"100644", "x", repo.blob("x")}});
  for (int level = 0; level < 500; ++level) tree = repo.raw_tree({{"40000", "d", tree}});
  CHECK(look(repo, tree));
  const git_oid below = repo.raw_tree({{"40000", "z", tree}});
  CHECK_FALSE(look(repo, repo.raw_tree({{"40000", "a", tree}, {"40000", "b", below}})));
}

TEST_CASE("the limit counts from where a folder stands, each time that it stands somewhere") {
  const TempDir dir;
  TestRepo repo(dir / "r");
  const git_oid file = repo.raw_tree({{"100644", std::string(200, 'f'), repo.blob("x")}});
  git_oid tree = file;
  for (int level = 0; level < 16; ++level)
    tree = repo.raw_tree({{"40000", std::string(200, 'd'), tree}});
  REQUIRE(look(repo, tree));
  const git_oid outer = repo.raw_tree({{"40000", std::string(200, 'e'), tree}});
  CHECK_FALSE(look(repo, outer));
  CHECK_FALSE(look(repo, repo.raw_tree({{"40000", "a", tree}, {"40000", "b", outer}})));
}

TEST_CASE("cancelled") {
  const TempDir dir;
  TestRepo repo(dir / "r");
  CancelSource source;
  source.cancel(CancelReason::user);
  const auto outcome = look(repo, repo.raw_tree({{"100644", "x", repo.blob("x")}}), source.token());
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().fault == Fault::cancelled);
}
