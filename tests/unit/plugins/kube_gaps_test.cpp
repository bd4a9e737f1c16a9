#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "plugins/kubernetes/gaps.hpp"

using namespace pipectl::plugins::kubernetes;
using Catch::Matchers::ContainsSubstring;

namespace {

/// A Deployment `app` with these containers, and one that is not deployed beside it.
ObjectList with_containers(const std::string& containers) {
  return R"({"kind":"List","items":[
    {"kind":"Service","metadata":{"name":"app"}},
    {"kind":"Deployment","metadata":{"name":"other"},"spec":{"template":{"spec":{"containers":[
      {"name":"bare","ports":[{"containerPort":80}]}]}}}},
    {"kind":"Deployment","metadata":{"name":"app"},"spec":{"template":{"spec":{"containers":[)" +
         containers + "]}}}}]}";
}

const std::string port = R"("ports":[{"containerPort":80}])";
const std::string probe = R"("readinessProbe":{"tcpSocket":{"port":80}})";
const std::string pre_stop = R"("lifecycle":{"preStop":{"sleep":{"seconds":5}}})";

std::string container(const std::string& name, const std::string& more) {
  return R"({"name":")" + name + "\"," + more + "}";
}

}  // namespace

TEST_CASE("a container that is asked and says when it can answer, and ends late, has no gap") {
  CHECK(
      gaps_in_service(with_containers(container("web", port + "," + probe + "," + pre_stop)), "app")
          .empty());
}

TEST_CASE("a container without readiness or pause is told by its name, each gap apart") {
  const auto both = gaps_in_service(with_containers(container("web", port)), "app");
  REQUIRE(both.size() == 2);
  CHECK_THAT(both[0], ContainsSubstring("container 'web' of app has no readinessProbe"));
  CHECK_THAT(both[1], ContainsSubstring("container 'web' of app has no preStop pause"));
  CHECK_THAT(both[1], ContainsSubstring("`lifecycle: {preStop: {sleep: {seconds: 5}}}`"));

  const auto no_pause =
      gaps_in_service(with_containers(container("web", port + "," + probe)), "app");
  REQUIRE(no_pause.size() == 1);
  CHECK_THAT(no_pause[0], ContainsSubstring("no preStop pause"));
  const std::string other_hook = R"("lifecycle":{"postStart":{"exec":{"command":["warm"]}}})";
  CHECK(gaps_in_service(with_containers(container("web", port + "," + probe + "," + other_hook)),
                        "app")
            .size() == 1);
}

TEST_CASE("a helper that nobody asks has no gap, nor what is not deployed") {
  const std::string helper = container("log", R"("image":"fluent")");
  CHECK(gaps_in_service(with_containers(helper), "app").empty());
  CHECK(gaps_in_service(with_containers(helper + "," + container("web", port)), "app").size() == 2);
  CHECK(gaps_in_service(with_containers(container("web", port)), "absent").empty());
  CHECK(gaps_in_service(R"({"kind":"List","items":[]})", "app").empty());
}
