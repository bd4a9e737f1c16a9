#include <catch2/catch_test_macros.hpp>

#include "plugins/docker/registry.hpp"
#include "plugins/kubernetes/rotation_record.hpp"

using namespace pipectl;

TEST_CASE("names of images are taken apart as registries see them") {
  const auto text = [](const char* name) {
    const auto parsed = docker::parse_image_name(name);
    return parsed ? parsed->text() : "none";
  };
  CHECK(text("debian") == "docker.io/library/debian:latest");
  CHECK(text("docker.io/debian:12") == "docker.io/library/debian:12");
  CHECK(text("team/app:1.0") == "docker.io/team/app:1.0");
  CHECK(text("ghcr.io/team/app:1") == "ghcr.io/team/app:1");
  CHECK(text("localhost:5000/app") == "localhost:5000/app:latest");
  CHECK(text("127.0.0.1:5000/a/b/c:x@sha256:abc") == "127.0.0.1:5000/a/b/c@sha256:abc");
  CHECK(text("-v") == "none");
  CHECK(text("ghcr.io/app:") == "none");
  CHECK(text("a b") == "none");
}

TEST_CASE("a challenge of a registry") {
  const auto found = docker::challenge_parameters(
      R"(Bearer realm="https://ghcr.io/token", service="ghcr.io",scope="repository:a/b:pull,push")");
  CHECK(found.at("realm") == "https://ghcr.io/token");
  CHECK(found.at("service") == "ghcr.io");
  CHECK(found.at("scope") == "repository:a/b:pull,push");
  CHECK(docker::challenge_parameters("Basic").empty());
  CHECK(docker::challenge_parameters("Bearer realm=\"open").empty());
}

TEST_CASE("a rotation is read as it was written down") {
  namespace kubernetes = plugins::kubernetes;
  Rotation rotation;
  rotation.phase = Rotation::Phase::grace;
  rotation.old_value = std::string("old\0bytes", 9);
  rotation.fresh_value = "new \"value\"\n";
  rotation.issued = true;
  rotation.until = WallTime{std::chrono::seconds{1'790'000'000}};
  const auto record = kubernetes::to_record(rotation, "app-rotation", "API_KEY");
  const auto read = kubernetes::rotation_in(record, "API_KEY");
  REQUIRE(read);
  CHECK(read->phase == Rotation::Phase::grace);
  CHECK(read->old_value == rotation.old_value);
  CHECK(read->fresh_value == rotation.fresh_value);
  CHECK(read->issued);
  CHECK(read->until == rotation.until);
  CHECK_FALSE(kubernetes::rotation_in(record, "OTHER_KEY"));
  CHECK_FALSE(kubernetes::rotation_in("{}", "API_KEY"));
  CHECK_FALSE(kubernetes::rotation_in("no json", "API_KEY"));
}
