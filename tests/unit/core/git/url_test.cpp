#include "core/git/url.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace pipectl::git;

TEST_CASE("credentials leave a URL, the rest stays") {
  CHECK(without_credentials("https://host/r.git") == "https://host/r.git");
  CHECK(without_credentials("https://user@host/r.git") == "https://host/r.git");
  CHECK(without_credentials("https://user:token@host:8443/r.git") == "https://host:8443/r.git");
  CHECK(without_credentials("https://user:p@ss:w@rd@host/r@1") == "https://host/r@1");
  CHECK(without_credentials("https://user:p/q?r#s@host/r.git") == "https://host/r.git");
  CHECK(without_credentials("https://host:8443/a@b/r.git") == "https://host:8443/a@b/r.git");
  CHECK(without_credentials("https://[::1]:8443/a@b") == "https://[::1]:8443/a@b");
  CHECK(without_credentials("https://user:token@host") == "https://host");
  CHECK(without_credentials("https://host?x=@y") == "https://host?x=@y");
}

TEST_CASE("the account of an ssh address stays, its password goes") {
  CHECK(without_credentials("ssh://git@host/r.git") == "ssh://git@host/r.git");
  CHECK(without_credentials("ssh://git:pw@host:22/r.git") == "ssh://git@host:22/r.git");
  CHECK(without_credentials("git@host:team/r.git") == "git@host:team/r.git");
}

TEST_CASE("paths and odd text pass through, control characters become visible") {
  CHECK(without_credentials("/srv/git/r.git") == "/srv/git/r.git");
  CHECK(without_credentials("").empty());
  CHECK(without_credentials("://").substr(0, 3) == "://");
  CHECK(without_credentials("file:///srv/a\nb").find('\n') == std::string::npos);
}

TEST_CASE("every URL inside a message is cleaned") {
  CHECK(scrub_urls("fetch https://u:p@a/x failed, then 'https://u:p@b/y' too") ==
        "fetch https://a/x failed, then 'https://b/y' too");
  CHECK(scrub_urls("no url here: 12:30 a@b") == "no url here: 12:30 a@b");
  CHECK(scrub_urls("").empty());
}
