#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "plugins/docker/arguments.hpp"
#include "plugins/docker/build_spec.hpp"
#include "plugins/docker/names.hpp"

using namespace pipectl;
using namespace pipectl::docker;

namespace {

bool has_pair(const Arguments& arguments, const std::string& option, const std::string& value) {
  for (std::size_t i = 0; i + 1 < arguments.size(); ++i)
    if (arguments[i] == option && arguments[i + 1] == value) return true;
  return false;
}

std::string all_of(const Arguments& arguments) {
  std::string text;
  for (const auto& argument : arguments) text += argument + '\n';
  return text;
}

}  // namespace

TEST_CASE("a container is made with exactly what was asked for") {
  NewContainer made;
  made.name = "pipectl-r-a-1";
  made.labels = {{"dev.pipectl.run", "r"}};
  made.image = "sha256:abc";
  made.entrypoint = "sh";
  made.command = {"-c", "read _"};
  CHECK(create_arguments(made) == Arguments{"create", "--pull", "never", "--name", "pipectl-r-a-1",
                                            "--label", "dev.pipectl.run=r", "--entrypoint", "sh",
                                            "sha256:abc", "-c", "read _"});

  made.user = "1000:1000";
  made.network = "none";
  made.cpus = "1.5";
  made.memory = 64U << 20U;
  made.published = {80, 443};
  made.secrets = NewContainer::Secrets::some;
  made.input = NewContainer::Stdin::open;
  made.env = {{"A", "two\nlines"}};
  const auto arguments = create_arguments(made);
  CHECK(has_pair(arguments, "--user", "1000:1000"));
  CHECK(has_pair(arguments, "--network", "none"));
  CHECK(has_pair(arguments, "--cpus", "1.5"));
  CHECK(has_pair(arguments, "--memory", "67108864b"));
  CHECK(has_pair(arguments, "--publish", "127.0.0.1::80"));
  CHECK(has_pair(arguments, "--publish", "127.0.0.1::443"));
  CHECK(has_pair(arguments, "--tmpfs", "/run/secrets:rw,noexec,nosuid,nodev,mode=1777"));
  CHECK(has_pair(arguments, "--env", "A=two\nlines"));
  CHECK(std::ranges::find(arguments, "--interactive") != arguments.end());
}

TEST_CASE("a mount takes paths with the characters of its own syntax") {
  CHECK(mount_value({"/a", "/b"}) == "type=bind,source=/a,target=/b");
  CHECK(mount_value({"/a,b", "/c \"d\""}) == R"(type=bind,"source=/a,b","target=/c ""d""")");
}

TEST_CASE("secrets are names in arguments, and values on stdin only") {
  const EnvMap secrets{{"ONE", "first\nsecond\n"}, {"TWO", "plain"}};
  const auto arguments = take_secrets_command(secrets);
  CHECK(all_of(arguments).find("plain") == std::string::npos);
  CHECK(Arguments(arguments.end() - 4, arguments.end()) == Arguments{"ONE", "2", "TWO", "0"});
  CHECK(secret_bytes(secrets) == "first\nsecond\n\nplain\n");

  const auto wrapped = wrap({.number = "7", .secrets = {"ONE"}}, {"sh", "-e", "-c", "true"});
  CHECK(Arguments(wrapped.begin() + 3, wrapped.end()) ==
        Arguments{"sh", "7", "-home-temp-", "ONE", "--", "sh", "-e", "-c", "true"});
  const auto given = wrap({.number = "1",
                           .secrets = {},
                           .home = Wrapped::Home::as_given,
                           .temp = Wrapped::Temp::as_given},
                          {"true"});
  CHECK(Arguments(given.begin() + 4, given.end()) == Arguments{"1", "-", "--", "true"});
}

TEST_CASE("a command in a container") {
  CHECK(exec_arguments({.container = "c", .argv = {"id"}}) == Arguments{"exec", "c", "id"});
  const auto arguments = exec_arguments({.container = "c",
                                         .user = "0:0",
                                         .directory = "/w",
                                         .env = {{"A", "1"}},
                                         .argv = {"id", "-u"},
                                         .input = ExecRequest::Stdin::given});
  CHECK(arguments == Arguments{"exec", "--interactive", "--user", "0:0", "--workdir", "/w", "--env",
                               "A=1", "c", "id", "-u"});
}

TEST_CASE("a build, with each builder") {
  BuildCall call;
  call.context = "/w";
  call.file = "/w/Dockerfile.prod";
  call.target = "runtime";
  call.build_args = {{"V", "1"}};
  call.labels = {{"l", "x"}};
  call.tags = {"app:1", "app:2"};
  call.platform = "linux/arm64";
  call.cache_from = {"app:old"};
  call.id_file = "/id";
  const Arguments common{"--file",      "/w/Dockerfile.prod", "--target", "runtime", "--platform",
                         "linux/arm64", "--build-arg",        "V=1",      "--label", "l=x"};
  auto legacy = build_arguments(call);
  CHECK(legacy.front() == "build");
  CHECK(std::ranges::search(legacy, common).begin() == legacy.begin() + 1);
  CHECK(legacy.back() == "/w");
  CHECK(has_pair(legacy, "--tag", "app:2"));
  CHECK(has_pair(legacy, "--iidfile", "/id"));

  call.builder = BuildCall::Builder::buildx;
  call.secrets = {"TOKEN"};
  const auto buildx = build_arguments(call);
  CHECK(Arguments(buildx.begin(), buildx.begin() + 3) == Arguments{"buildx", "build", "--load"});
  CHECK(has_pair(buildx, "--secret", "id=TOKEN,env=TOKEN"));
}

TEST_CASE("the name of each platform's image") {
  CHECK(tag_for("app:1", "linux/arm64") == "app:1-linux-arm64");
  CHECK(tag_for("app", "linux/arm/v7") == "app:latest-linux-arm-v7");
  CHECK(tag_for("127.0.0.1:5000/app", "linux/amd64") == "127.0.0.1:5000/app:latest-linux-amd64");
}

TEST_CASE("names of what a stage makes") {
  CHECK(place_name("20261120-155201-3f9a", "unit", 1) == "pipectl-20261120-155201-3f9a-unit-1");
  const auto matrix = place_name("r", "unit (18, Linux)", 2);
  CHECK(matrix.starts_with("pipectl-r-unit--18--linux--"));
  CHECK(matrix.ends_with("-2"));
  CHECK(place_name("r", "unit (1.8)", 1) != place_name("r", "unit (1 8)", 1));
  CHECK(place_name("r", "A", 1) != place_name("r", "a", 1));
}

TEST_CASE("what may be the name of an image") {
  for (const auto* good : {"debian", "debian:bookworm", "ghcr.io/team/app:1.0-rc_1",
                           "127.0.0.1:5000/app", "app@sha256:0123"})
    CHECK(is_image_name(good));
  for (const auto* bad :
       {"", "-rm", "--privileged", "a b", "a;b", "a$b", "../a", "a\nb", "app:", "ghcr.io/team/app@",
        "ghcr.io//app", "ghcr.io/:1", "app:@sha256:0123", "app:-1", "app@:1"})
    CHECK_FALSE(is_image_name(bad));
}
