#include "core/git/user_config.hpp"

#include <catch2/catch_test_macros.hpp>

#include "test_repo.hpp"

using namespace pipectl;
using namespace pipectl::git;
using namespace pipectl::git::test;

namespace {

EnvMap home(const TempDir& dir, EnvMap more = {}) {
  more["HOME"] = dir.path().string();
  more["GIT_CONFIG_NOSYSTEM"] = "1";
  return more;
}

Address at(const std::string& url) { return *parse_address(url); }

}  // namespace

TEST_CASE("nothing configured, nothing changed") {
  const TempDir dir;
  const auto config = UserConfig::load(home(dir));
  CHECK(config.rewrite("https://host/r") == "https://host/r");
  CHECK(config.http(at("https://host/r"), "proxy").empty());
  CHECK(config.http_headers(at("https://host/r")).empty());
  CHECK(UserConfig::load({}).rewrite("x") == "x");
}

TEST_CASE("insteadOf: the longest prefix wins") {
  const TempDir dir;
  write(dir / ".gitconfig",
        "[url \"https://host/\"]\n\tinsteadOf = gh:\n\tinsteadOf = git://host/\n"
        "[url \"https://host/Team/\"]\n\tinsteadOf = gh:team/\n");
  const auto config = UserConfig::load(home(dir));
  CHECK(config.rewrite("gh:x") == "https://host/x");
  CHECK(config.rewrite("gh:team/x") == "https://host/Team/x");
  CHECK(config.rewrite("git://host/x") == "https://host/x");
  CHECK(config.rewrite("https://host/x") == "https://host/x");
}

TEST_CASE("http settings: the nearest URL wins, at the boundary of a path") {
  const TempDir dir;
  write(dir / ".gitconfig",
        "[http]\n\tproxy = all\n"
        "[http \"https://host\"]\n\tproxy = host\n"
        "[http \"https://host/team/\"]\n\tproxy = team\n\tsslCAInfo = /ca\n");
  const auto config = UserConfig::load(home(dir));
  CHECK(config.http(at("https://other/x"), "proxy") == "all");
  CHECK(config.http(at("https://host/x"), "proxy") == "host");
  CHECK(config.http(at("https://host.evil/x"), "proxy") == "all");
  CHECK(config.http(at("https://host/team/x"), "proxy") == "team");
  CHECK(config.http(at("https://host/teams/x"), "proxy") == "host");
  CHECK(config.http(at("https://host/team/x"), "sslcainfo") == "/ca");
  CHECK(config.http(at("https://host/x"), "sslcainfo").empty());
}

TEST_CASE("later files win: XDG, then home, then the variables") {
  const TempDir dir;
  write(dir / ".config/git/config", "[http]\n\tproxy = xdg\n\tsslKey = xdg\n");
  CHECK(UserConfig::load(home(dir)).http(at("https://h/x"), "proxy") == "xdg");
  write(dir / ".gitconfig", "[http]\n\tproxy = home\n");
  CHECK(UserConfig::load(home(dir)).http(at("https://h/x"), "proxy") == "home");
  CHECK(UserConfig::load(home(dir)).http(at("https://h/x"), "sslkey") == "xdg");
  const auto config = UserConfig::load(home(dir, {{"GIT_CONFIG_COUNT", "1"},
                                                  {"GIT_CONFIG_KEY_0", "HTTP.Proxy"},
                                                  {"GIT_CONFIG_VALUE_0", "variable"}}));
  CHECK(config.http(at("https://h/x"), "proxy") == "variable");
}

TEST_CASE("GIT_CONFIG_GLOBAL and includes") {
  const TempDir dir;
  write(dir / ".gitconfig", "[http]\n\tproxy = home\n");
  write(dir / "other", "[include]\n\tpath = more\n");
  write(dir / "more", "[http]\n\tproxy = included\n");
  CHECK(UserConfig::load(home(dir, {{"GIT_CONFIG_GLOBAL", (dir / "other").string()}}))
            .http(at("https://h/x"), "proxy") == "included");
  CHECK(UserConfig::load(home(dir, {{"GIT_CONFIG_GLOBAL", "/dev/null"}}))
            .http(at("https://h/x"), "proxy")
            .empty());
}

TEST_CASE("headers add up, an empty one starts over") {
  const TempDir dir;
  write(dir / ".gitconfig",
        "[http]\n\textraHeader = A: 1\n"
        "[http \"https://host/\"]\n\textraHeader = B: 2\n"
        "[http \"https://clean/\"]\n\textraHeader =\n\textraHeader = C: 3\n");
  const auto config = UserConfig::load(home(dir));
  using Headers = std::vector<std::string>;
  CHECK(config.http_headers(at("https://host/x")) == Headers{"A: 1", "B: 2"});
  CHECK(config.http_headers(at("https://clean/x")) == Headers{"C: 3"});
  CHECK(config.http_headers(at("https://other/x")) == Headers{"A: 1"});
}

TEST_CASE("a file that is no configuration counts as empty, odd counts as none") {
  const TempDir dir;
  write(dir / ".gitconfig", "[[[[ no");
  CHECK(UserConfig::load(home(dir)).rewrite("x") == "x");
  for (const char* count : {"-1", "x", "999999999999", ""})
    CHECK(UserConfig::load(home(dir, {{"GIT_CONFIG_COUNT", count}})).rewrite("x") == "x");
}
