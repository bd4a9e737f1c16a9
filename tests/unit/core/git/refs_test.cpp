#include "core/git/refs.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace pipectl;
using namespace pipectl::git;

namespace {

const std::string one(40, '1');
const std::string two(40, '2');
const std::string three(40, '3');
const std::vector<RemoteRef> refs{{"HEAD", one, "refs/heads/main"}, {"refs/heads/main", one, ""},
                                  {"refs/heads/both", two, ""},     {"refs/heads/dead", two, ""},
                                  {"refs/pull/7/head", three, ""},  {"refs/tags/both", three, ""},
                                  {"refs/tags/v1.0", three, ""},    {"refs/tags/v1.0^{}", one, ""}};
const Address where = *parse_address("https://ada:s3cret@host/r");

Wanted found(const std::string& ref) {
  const auto wanted = find_ref(refs, ref, where);
  INFO(ref);
  REQUIRE(wanted);
  return *wanted;
}

}  // namespace

TEST_CASE("no ref is the remote's HEAD, by the name of its branch") {
  for (const char* ref : {"", "HEAD"}) {
    CHECK(found(ref).branch == "main");
    CHECK(found(ref).id == one);
  }
}

TEST_CASE("a branch before a tag, a name as written, then a commit") {
  CHECK(found("both").branch == "both");
  CHECK(found("both").id == two);
  CHECK(found("refs/tags/both").tag == "both");
  CHECK(found("tags/both").tag == "both");
  CHECK(found("v1.0").tag == "v1.0");
  CHECK(found("v1.0").id == three);
  CHECK(found("pull/7/head").ref == "refs/pull/7/head");
  CHECK(found("pull/7/head").branch.empty());
  CHECK(found("dead").branch == "dead");  // looks like an abbreviated commit
  CHECK(found("deadbeef").abbreviated);
  CHECK(found("DEADBEEF").id == "deadbeef");
  CHECK(found(three).id == three);
  CHECK_FALSE(found(three).abbreviated);
}

TEST_CASE("what is not there suggests what is") {
  for (const char* ref : {"mian", "abc", "v1.0^{}x", "../main", "x y"}) {
    const auto wanted = find_ref(refs, ref, where);
    INFO(ref);
    REQUIRE_FALSE(wanted);
    CHECK(wanted.error().message.find("s3cret") == std::string::npos);
    CHECK_FALSE(wanted.error().hint.empty());
  }
  CHECK(find_ref(refs, "mian", where).error().hint == "did you mean 'main'?");
  CHECK(find_ref(refs, "zzzzzzzzzz", where).error().hint.find("main, both, dead") !=
        std::string::npos);
}

TEST_CASE("a detached, a dangling and no HEAD") {
  const std::vector<RemoteRef> detached{{"HEAD", one, ""}, {"refs/heads/main", two, ""}};
  CHECK(find_ref(detached, "", where)->branch.empty());
  CHECK(find_ref(detached, "", where)->id == one);
  const std::vector<RemoteRef> dangling{{"refs/heads/main", two, ""}};
  CHECK(find_ref(dangling, "", where).error().hint.find("it has main") != std::string::npos);
  CHECK(find_ref({}, "", where).error().message.find("has no commits") != std::string::npos);
}

TEST_CASE("control characters of a ref stay out of the message") {
  const auto wanted = find_ref(refs, "a\x1b[31m\nb", where);
  REQUIRE_FALSE(wanted);
  CHECK(wanted.error().message.find('\x1b') == std::string::npos);
  CHECK(wanted.error().message.find('\n') == std::string::npos);
}
