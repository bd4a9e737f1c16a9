#include <catch2/catch_test_macros.hpp>

#include "plugins/docker/client_config.hpp"
#include "plugins/docker/explain.hpp"
#include "plugins/docker/oci_labels.hpp"
#include "plugins/docker/publish_spec.hpp"
#include "plugins/docker/push.hpp"
#include "plugins/docker/service_env.hpp"
#include "plugins/docker/service_state.hpp"

using namespace pipectl;
using namespace pipectl::docker;

namespace {

Answer said(std::string err) { return {1, "", std::move(err)}; }

}  // namespace

TEST_CASE("why docker failed, in its own words, with the way out") {
  struct Case {
    const char* err;
    const char* message;
    const char* hint;
    Fault fault{Fault::infrastructure};
  };
  const Case cases[] = {
      {"Cannot connect to the Docker daemon at unix:///x.sock. Is the docker daemon running?\n",
       "no Docker engine answers", "DOCKER_HOST"},
      {"permission denied while trying to connect to the Docker daemon socket at unix:///x: dial "
       "unix /x: connect: permission denied\n",
       "docker info: permission denied while", "group `docker`"},
      {"Error response from daemon: pull access denied for app, repository does not exist or may "
       "require 'docker login': denied\n",
       "docker info: pull access denied for app", "docker login"},
      {"Error response from daemon: manifest unknown: manifest unknown\n",
       "docker info: manifest unknown", "name and tag"},
      {"Error response from daemon: OCI runtime create failed: exec: \"sh\": executable file not "
       "found in $PATH: unknown\nError: failed to start containers: x\n",
       "the image has no shell `sh`", "use an image that has it", Fault::step},
      {"Error response from daemon: write /x: no space left on device\n",
       "docker info: write /x: no space left", "docker system df"},
      {"received unexpected HTTP status: 502 Bad Gateway\n",
       "docker info: received unexpected HTTP status: 502", "is in trouble, maybe without room"},
      {"received unexpected HTTP status: 507 Insufficient Storage\n", "docker info: received",
       "no room left: make some there"},
      {"error parsing HTTP 429 response body: unexpected end of JSON input: \"\"\n",
       "docker info: error parsing HTTP 429", "limits how often"},
      {"Error response from daemon: Head \"http://127.0.0.1:9/v2/app/manifests/1\": EOF\n",
       "docker info: Head", "broke off"},
      {"EOF\n", "docker info: EOF", "broke off"},
      {"read tcp 127.0.0.1:4->127.0.0.1:5: read: connection reset by peer\n",
       "docker info: read tcp", "broke off"},
      {"Get \"http://127.0.0.1:9/v2/\": context deadline exceeded (Client.Timeout exceeded while "
       "awaiting headers)\n",
       "docker info: Get", "takes too long to answer"},
      {"Get \"https://registry/v2/\": net/http: TLS handshake timeout\n", "docker info: Get",
       "takes too long to answer"},
      {"unknown: unknown error\n", "docker info: unknown: unknown error", "its own log says why"},
      {"something new\nSee 'docker run --help'.\n", "docker info: something new", ""},
      {"", "docker info ended with exit code 1", ""},
  };
  for (const auto& one : cases) {
    CAPTURE(one.err);
    const Error error = explain(said(one.err), "docker info");
    CHECK(error.message.starts_with(one.message));
    CHECK(error.hint.find(one.hint) != std::string::npos);
    CHECK(error.fault == one.fault);
  }
}

TEST_CASE("what may pass when it is tried again") {
  for (const auto* passing :
       {"received unexpected HTTP status: 503 Service Unavailable", "toomanyrequests: slow down",
        "unexpected status code 500", "read tcp: connection reset by peer", "unexpected EOF",
        "EOF\n", "error parsing HTTP 429 response body: unexpected end of JSON input: \"\"",
        "net/http: TLS handshake timeout", "dial tcp: i/o timeout"})
    CHECK(is_passing(said(passing)));
  CHECK(says_no_answer(said("net/http: TLS handshake timeout")));
  CHECK_FALSE(says_no_answer(said("EOF")));
  CHECK(has_retried({1, "e853bca1f33b: Preparing\ne853bca1f33b: Retrying in 5 seconds\n", "EOF"}));
  CHECK_FALSE(has_retried(said("EOF")));
  for (const auto* lasting : {"unauthorized: authentication required", "manifest unknown",
                              "denied: requested access to the resource is denied",
                              "received unexpected HTTP status: 507 Insufficient Storage"})
    CHECK_FALSE(is_passing(said(lasting)));
}

TEST_CASE("digests of what was pushed") {
  const std::string digest = "sha256:" + std::string(64, 'a');
  CHECK(pushed_digest("f79b: Pushed\n1: digest: " + digest + " size: 527\n") == digest);
  CHECK(pushed_digest("nothing").empty());
  CHECK(pushed_digest("sha256:abc").empty());
  CHECK(digests_of_manifest(R"({"Ref":"a","Descriptor":{"digest":"sha256:1"}})") ==
        std::vector<std::string>{"sha256:1"});
  CHECK(digests_of_manifest(
            R"([{"Descriptor":{"digest":"sha256:1"}},{"Descriptor":{"digest":"sha256:2"}}])") ==
        std::vector<std::string>{"sha256:1", "sha256:2"});
  CHECK(digests_of_manifest("garbage").empty());
}

TEST_CASE("a member of a list is for a platform") {
  CHECK(annotate_arguments("r/a:1", {"r/a:1-linux-arm-v7", "linux/arm/v7"}) ==
        Arguments{"manifest", "annotate", "--os", "linux", "--arch", "arm", "--variant", "v7",
                  "r/a:1", "r/a:1-linux-arm-v7"});
}

TEST_CASE("which registry a repository belongs to") {
  CHECK(registry_of("app") == "docker.io");
  CHECK(registry_of("team/app") == "docker.io");
  CHECK(registry_of("docker.io/team/app") == "docker.io");
  CHECK(registry_of("ghcr.io/team/app") == "ghcr.io");
  CHECK(registry_of("localhost/app") == "localhost");
  CHECK(registry_of("127.0.0.1:5000/app") == "127.0.0.1:5000");
  CHECK(is_loopback("127.0.0.1:5000"));
  CHECK(is_loopback("localhost"));
  CHECK_FALSE(is_loopback("registry.example"));
  CHECK_FALSE(is_loopback("127.example.com"));
}

TEST_CASE("labels tell where an image comes from") {
  EnvMap env{{"PIPECTL_GIT_SHA", "abc"}, {"SOURCE_DATE_EPOCH", "86400"}};
  const auto labels = oci_labels(env, {});
  REQUIRE(labels);
  CHECK(*labels == std::vector<std::pair<std::string, std::string>>{
                       {"org.opencontainers.image.revision", "abc"},
                       {"org.opencontainers.image.created", "1970-01-02T00:00:00Z"}});
  env["SOURCE_DATE_EPOCH"] = "tomorrow";
  CHECK_FALSE(oci_labels(env, {}));
}

TEST_CASE("a private configuration leaves the keychain alone") {
  const auto config = private_config(
      R"({"auths":{"ghcr.io":{"auth":"x"}},"credsStore":"desktop","currentContext":"c"})");
  CHECK(config == R"({"auths":{"ghcr.io":{"auth":"x"}},"currentContext":"c"})");
  CHECK(private_config("") == "{}");
  CHECK(private_config("[1]") == "{}");
}

TEST_CASE("the state of a container") {
  const auto states = parse_states(R"([{"Name":"/a","State":{"Running":true,"ExitCode":0,
    "Health":{"Status":"starting","Log":[{"Output":"no\n"},{"Output":" refused\n"}]}},
    "Config":{"Labels":{"com.docker.compose.service":"db"}},
    "NetworkSettings":{"Ports":{"6379/tcp":[{"HostIp":"127.0.0.1","HostPort":"49153"}],
      "53/udp":null,"80/tcp":null},"Networks":{"n":{"IPAddress":"172.18.0.2"}}}}])");
  REQUIRE(states);
  REQUIRE(states->size() == 1);
  const auto& state = states->front();
  CHECK(state.name == "a");
  CHECK(state.service == "db");
  CHECK(state.running);
  CHECK(state.health == "starting");
  CHECK(state.health_log == "refused");
  CHECK(state.address == "172.18.0.2");
  CHECK(state.ports == std::vector<unsigned>{80, 6379});
  CHECK(state.published == std::map<unsigned, std::string>{{6379, "49153"}});
  CHECK_FALSE(parse_states("{}"));

  EnvMap env;
  add_service_env({"my-db", "my-db", {6379, 80}}, state, Reach::published, env);
  CHECK(env == EnvMap{{"PIPECTL_SERVICE_MY_DB_HOST", "127.0.0.1"},
                      {"PIPECTL_SERVICE_MY_DB_PORT", "49153"},
                      {"PIPECTL_SERVICE_MY_DB_PORT_6379", "49153"}});
  EnvMap by_name;
  add_service_env({"my-db", "my-db", {6379}}, state, Reach::by_name, by_name);
  CHECK(by_name == EnvMap{{"PIPECTL_SERVICE_MY_DB_HOST", "my-db"},
                          {"PIPECTL_SERVICE_MY_DB_PORT", "6379"},
                          {"PIPECTL_SERVICE_MY_DB_PORT_6379", "6379"}});
}
