#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "core/git/make_objects.hpp"
#include "core/git/push.hpp"
#include "core/git/repository.hpp"
#include "core/git/tagged_history.hpp"
#include "tests/unit/core/git/test_repo.hpp"

using namespace pipectl;
using namespace pipectl::git;
using namespace pipectl::git::test;

namespace {

const Person ada{"Ada", "ada@example.com", 1'700'000'000};

NewCommit release_of(const std::string& parent) {
  return {parent, {{"log.md", "new\n"}, {"deep/er/file", "x"}}, "chore: release", ada, {}};
}

std::vector<std::string> messages(const std::vector<CommitFact>& commits) {
  std::vector<std::string> list;
  for (const auto& commit : commits) list.push_back(commit.message);
  return list;
}

}  // namespace

TEST_CASE("facts of a release: tags that lead here, and those that do not") {
  const TempDir folder;
  TestRepo repo{folder / "r"};
  const auto first = repo.commit({{"a", "1"}}, "feat: one");
  repo.annotated_tag("v1.0.0", first);
  repo.commit({{"a", "2"}}, "feat: aside");
  repo.annotated_tag("v9.0.0", "HEAD");
  repo.reference("refs/heads/main", first);
  repo.reference("refs/tags/light", first);
  repo.commit({{"b", "1"}}, "fix: two");
  write(folder / "r" / "new", "x");
  const auto facts = read_release_facts(folder / "r", "origin", {});
  REQUIRE(facts);
  CHECK(facts->branch == "main");
  CHECK(facts->untracked == std::vector<std::string>{"new"});
  REQUIRE(facts->tags.size() == 3);
  for (const auto& tag : facts->tags) {
    CAPTURE(tag.name);
    CHECK(tag.reachable == (tag.name != "v9.0.0"));
    CHECK((tag.object == tag.commit) == (tag.name == "light"));
  }
}

TEST_CASE("commits of a range, also by path") {
  const TempDir folder;
  TestRepo repo{folder / "r"};
  const auto first = repo.commit({{"api/a", "1"}}, "one");
  repo.commit({{"web/a", "1"}}, "two");
  const auto last = repo.commit({{"api/b", "1"}}, "three");
  const auto root = folder / "r";
  CHECK(messages(*commits_in(root, {last, {}, {}}, {})) ==
        std::vector<std::string>{"three", "two", "one"});
  CHECK(messages(*commits_in(root, {last, {first}, {}}, {})) ==
        std::vector<std::string>{"three", "two"});
  CHECK(messages(*commits_in(root, {last, {}, {"api"}}, {})) ==
        std::vector<std::string>{"three", "one"});
  CHECK(messages(*commits_in(root, {last, {first}, {"web"}}, {})) ==
        std::vector<std::string>{"two"});
  CHECK(*leads_to(root, first, last, {}));
  CHECK_FALSE(*leads_to(root, last, first, {}));
  CHECK_FALSE(*leads_to(root, std::string(40, '1'), last, {}));
  CHECK(*file_at(root, first, "api/a", {}) == "1");
  CHECK_FALSE(*file_at(root, first, "api/b", {}));
}

TEST_CASE("a commit of the release: objects first, then HEAD and the files, twice is once") {
  const TempDir folder;
  TestRepo repo{folder / "r"};
  const auto root = folder / "r";
  const auto parent = repo.commit({{"log.md", "old\n"}, {"other", "o"}});
  const auto made = write_commit(root, release_of(parent), {});
  REQUIRE(made);
  CHECK(read_info(root)->sha == parent);
  CHECK(read(root / "log.md") == "old\n");
  for (int i = 0; i < 2; ++i) {
    REQUIRE(advance_head(root, *made, {}));
    const auto info = read_info(root);
    CHECK(info->sha == *made);
    CHECK(info->branch == "main");
    CHECK_FALSE(info->dirty);
    CHECK(read(root / "log.md") == "new\n");
    CHECK(read(root / "deep/er/file") == "x");
  }
  // Killed between the two: one file is there, the other is not.
  write(root / "log.md", "old\n");
  REQUIRE(advance_head(root, *made, {}));
  CHECK(read(root / "log.md") == "new\n");
  CHECK_FALSE(read_info(root)->dirty);
}

TEST_CASE("HEAD that moved, and a file that somebody changed, are left alone") {
  const TempDir folder;
  TestRepo repo{folder / "r"};
  const auto root = folder / "r";
  const auto parent = repo.commit({{"log.md", "old\n"}});
  const auto made = *write_commit(root, release_of(parent), {});
  write(root / "log.md", "mine\n");
  const auto conflict = advance_head(root, made, {});
  REQUIRE_FALSE(conflict);
  CHECK(conflict.error().fault == Fault::step);
  CHECK(read(root / "log.md") == "mine\n");
  write(root / "log.md", "old\n");
  CHECK(advance_head(root, made, {}));  // goes on from there
  CHECK(read(root / "log.md") == "new\n");
  repo.commit({{"more", "1"}});
  CHECK_FALSE(advance_head(root, made, {}));
}

TEST_CASE("a tag is annotated, made once and never moved") {
  const TempDir folder;
  TestRepo repo{folder / "r"};
  const auto root = folder / "r";
  const auto first = repo.commit({{"a", "1"}});
  const auto made = write_tag(root, {"v1.0.0", first, "v1.0.0\n\nwords", ada, {}}, {});
  REQUIRE(made);
  CHECK(*made != first);
  CHECK(*write_tag(root, {"v1.0.0", first, "other", ada, {}}, {}) == *made);
  const auto second = repo.commit({{"a", "2"}});
  const auto moved = write_tag(root, {"v1.0.0", second, "x", ada, {}}, {});
  REQUIRE_FALSE(moved);
  CHECK(moved.error().message.find("exists already") != std::string::npos);
}

TEST_CASE("what is signed is the object itself; a signer that fails leaves nothing") {
  const TempDir folder;
  TestRepo repo{folder / "r"};
  const auto root = folder / "r";
  const auto first = repo.commit({{"a", "1"}});
  std::string seen;
  const Signer sign = [&](const std::string& text) -> Result<std::string> {
    seen = text;
    return "-----BEGIN X-----\nabc\n-----END X-----\n";
  };
  REQUIRE(write_tag(root, {"v1.0.0", first, "words", ada, sign}, {}));
  CHECK(seen.starts_with("object " + first));
  CHECK(seen.ends_with("words\n"));
  auto commit = release_of(first);
  commit.sign = sign;
  REQUIRE(write_commit(root, commit, {}));
  CHECK(seen.find("chore: release") != std::string::npos);
  const Signer refuses = [](const std::string&) -> Result<std::string> {
    return fail(Fault::step, "no key");
  };
  CHECK_FALSE(write_tag(root, {"v2.0.0", first, "words", ada, refuses}, {}));
  CHECK(read_release_facts(root, "origin", {})->tags.size() == 1);
}

TEST_CASE("a commit's first parents, and the text of a tag") {
  const TempDir folder;
  TestRepo repo{folder / "r"};
  const auto first = repo.commit({{"a", "1"}});
  const auto second = repo.commit({{"a", "2"}});
  const auto root = folder / "r";
  const auto tag = write_tag(root, {"v1.0.0", second, "v1.0.0\n\nwords", ada, {}}, {});
  REQUIRE(tag);
  CHECK(*tag_text(root, *tag, {}) == "v1.0.0\n\nwords\n");
  CHECK(tag_text(root, second, {})->empty());
  CHECK((*commit_before(root, second, 0, {}))->sha == second);
  CHECK((*commit_before(root, second, 1, {}))->sha == first);
  CHECK_FALSE(*commit_before(root, second, 2, {}));
  CHECK_FALSE(commit_before(root, std::string(40, '0'), 0, {}));
}

TEST_CASE("a configuration's value: variables, the repository, the user") {
  const TempDir folder;
  TestRepo repo{folder / "r"};
  repo.commit({{"a", "1"}});
  const auto root = folder / "r";
  write(folder / "global", "[user]\n\tname = Global\n\temail = g@example.com\n");
  EnvMap env{{"GIT_CONFIG_GLOBAL", (folder / "global").string()}, {"GIT_CONFIG_NOSYSTEM", "1"}};
  CHECK(*config_value(root, "user.name", env) == "Global");
  write(root / ".git" / "config", read(root / ".git" / "config") + "[user]\n\tname = Local\n");
  CHECK(*config_value(root, "user.name", env) == "Local");
  CHECK(*config_value(root, "user.email", env) == "g@example.com");
  env["GIT_CONFIG_COUNT"] = "1";
  env["GIT_CONFIG_KEY_0"] = "user.name";
  env["GIT_CONFIG_VALUE_0"] = "Variable";
  CHECK(*config_value(root, "user.name", env) == "Variable");
  CHECK_FALSE(*config_value(root, "user.signingkey", env));
}

TEST_CASE("a push to a local repository; what it has already, and what it refuses") {
  const TempDir folder;
  const TestRepo there{folder / "there.git", true};
  TestRepo repo{folder / "r"};
  repo.remote((folder / "there.git").string());
  const auto first = repo.commit({{"a", "1"}});
  repo.annotated_tag("v1", first);
  const RemoteEnd end{folder / "r", "origin", {}, {}};
  CancelSource nobody;
  REQUIRE(push(end, {"HEAD:refs/heads/main"}, nobody.token()));
  REQUIRE(push(end, {"refs/tags/v1:refs/tags/v1"}, nobody.token()));
  const auto refs = list_remote(end, nobody.token());
  REQUIRE(refs);
  CHECK(std::ranges::any_of(*refs, [&](const RemoteRef& ref) {
    return ref.name == "refs/heads/main" && ref.id == first;
  }));
  CHECK(
      std::ranges::any_of(*refs, [](const RemoteRef& ref) { return ref.name == "refs/tags/v1"; }));
  repo.commit({{"a", "2"}});
  REQUIRE(push(end, {"HEAD:refs/heads/main"}, nobody.token()));
  repo.reference("refs/heads/main", first);
  repo.commit({{"a", "3"}});
  const auto refused = push(end, {"HEAD:refs/heads/main"}, nobody.token());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().fault == Fault::step);
  const RemoteEnd nowhere{folder / "r", "upstream", {}, {}};
  CHECK(list_remote(nowhere, nobody.token()).error().fault == Fault::usage);
}

TEST_CASE("a configuration's boolean is read as git reads it") {
  const TempDir folder;
  TestRepo repo{folder / "r"};
  repo.commit({{"a", "1"}});
  const auto root = folder / "r";
  const std::string own = read(root / ".git" / "config");
  EnvMap env{{"GIT_CONFIG_GLOBAL", (folder / "global").string()}, {"GIT_CONFIG_NOSYSTEM", "1"}};
  const auto truth = [&](const std::string& line) {
    write(folder / "global", "[tag]\n" + line + "\n");
    write(root / ".git" / "config", own);
    const auto of_user = config_truth(root, "tag.gpgsign", env);
    write(folder / "global", "");
    write(root / ".git" / "config", own + "[tag]\n" + line + "\n");
    const auto of_repository = config_truth(root, "tag.gpgsign", env);
    REQUIRE(of_user.has_value() == of_repository.has_value());
    if (of_user) CHECK(*of_user == *of_repository);
    return of_repository;
  };
  for (const auto* const line : {"gpgSign", "gpgSign = 2", "gpgSign = -1", "gpgSign = 1k",
                                 "gpgSign = Yes", "gpgSign = on", "gpgSign = TRUE"})
    CHECK(truth(line) == true);
  for (const auto* const line : {"gpgSign = 0", "gpgSign = no", "gpgSign = Off", "gpgSign =", ""})
    CHECK(truth(line) == false);
  const auto odd = truth("gpgSign = perhaps");
  REQUIRE_FALSE(odd.has_value());
  CHECK(odd.error().message == "git's configuration has 'perhaps' as tag.gpgsign");
}
