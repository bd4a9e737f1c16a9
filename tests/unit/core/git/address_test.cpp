#include "core/git/address.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace pipectl;
using namespace pipectl::git;

namespace {

Address address(const std::string& url) {
  const auto parsed = parse_address(url);
  INFO(url);
  REQUIRE(parsed);
  return *parsed;
}

}  // namespace

TEST_CASE("https addresses") {
  const auto plain = address("https://host/team/r.git");
  CHECK(plain.scheme == Scheme::https);
  CHECK(plain.host == "host");
  CHECK(plain.port.empty());
  CHECK(plain.path == "/team/r.git");
  CHECK(plain.url() == "https://host/team/r.git");
  CHECK(plain.origin() == "https://host");

  const auto full = address("https://ada:p%40ss%3Aword@host:8443/r%20x");
  CHECK(full.user == "ada");
  CHECK(full.password == "p@ss:word");
  CHECK(full.port == "8443");
  CHECK(full.path == "/r%20x");  // stays as written
  CHECK(full.url() == "https://host:8443/r%20x");

  const auto ipv6 = address("http://[::1]:80/r");
  CHECK(ipv6.host == "::1");
  CHECK(ipv6.port == "80");
  CHECK(ipv6.url() == "http://[::1]:80/r");
}

TEST_CASE("ssh addresses, as URLs and as scp writes them") {
  const auto url = address("ssh://git@host:2222/team/r.git");
  CHECK(url.scheme == Scheme::ssh);
  CHECK(url.user == "git");
  CHECK(url.port == "2222");
  CHECK(url.path == "/team/r.git");
  CHECK(url.url() == "ssh://git@host:2222/team/r.git");
  CHECK(address("git+ssh://host/r").scheme == Scheme::ssh);
  CHECK(address("ssh://host/a%20b").path == "/a b");

  const auto scp = address("git@host:team/r.git");
  CHECK(scp.scheme == Scheme::ssh);
  CHECK(scp.user == "git");
  CHECK(scp.host == "host");
  CHECK(scp.path == "team/r.git");
  CHECK(address("host:r").host == "host");
  CHECK(address("[::1]:r").host == "::1");
  CHECK(address("git@[::1]:r").host == "::1");
}

TEST_CASE("paths") {
  for (const char* path : {"/srv/r.git", "../r", "r", "./a:b", "/srv/a:b", "-r"}) {
    INFO(path);
    CHECK(address(path).scheme == Scheme::local);
    CHECK(address(path).path == path);
    CHECK(address(path).url() == path);
  }
  CHECK(address("file:///srv/a%20b").path == "/srv/a b");
}

TEST_CASE("what is refused, with the credentials out of the message") {
  for (const char* url :
       {"ftp://ada:s3cret@host/r", "ext::sh -c touch", "fd::17", "https://", "https:///r",
        "git://host", "ssh://-oProxyCommand=touch/x", "-oProxyCommand=x:y", "ssh://-l@host/r",
        "host:-x", "https://ada:s3cret@host:port/r", "https://host:123456/r", "https://ho\nst/r",
        "https://host/r\r\nhost: evil", "ssh://h/%0a", "https://%0a:s3cret@h/r", ""}) {
    INFO(url);
    const auto parsed = parse_address(url);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().fault == Fault::usage);
    CHECK(parsed.error().message.find("s3cret") == std::string::npos);
    CHECK(parsed.error().message.find('\n') == std::string::npos);
  }
}

TEST_CASE("a secret's origin is scheme, host and port") {
  CHECK(address("https://u:p@host/a").origin() == address("https://host/b").origin());
  CHECK(address("https://host/a").origin() != address("http://host/a").origin());
  CHECK(address("https://host/a").origin() != address("https://host:444/a").origin());
  CHECK(address("https://host/a").origin() != address("https://host.evil/a").origin());
}
