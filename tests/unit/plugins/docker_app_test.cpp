#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "plugins/docker/app_proxy.hpp"
#include "plugins/docker/app_release.hpp"
#include "plugins/docker/app_sets.hpp"

using namespace pipectl;
using namespace pipectl::docker;

namespace {

AppRelease release(const std::string& run) {
  AppRelease made;
  made.run = run + "/deploy";
  made.set = set_name(run, "deploy");
  made.image = "shop:" + run;
  made.image_id = "sha256:" + run;
  made.command = {"serve", "--port", "8080"};
  made.replicas = 3;
  made.port = 8080;
  made.network = "shop";
  made.env = {{"LOG", "a \"quoted\" line\n"}};
  made.secrets = {"DB_PASSWORD"};
  made.volumes = {"data:/data"};
  made.health = {"test -e /ok", Milliseconds{500}, Milliseconds{0}, Milliseconds{60'000}, 4};
  made.proxy_config = "events {}\n";
  return made;
}

bool has(const Arguments& arguments, const std::string& option, const std::string& value) {
  for (std::size_t i = 0; i + 1 < arguments.size(); ++i)
    if (arguments[i] == option && arguments[i + 1] == value) return true;
  return false;
}

}  // namespace

TEST_CASE("all requests go to one set, or to two by their share") {
  const std::string whole = traffic_file("my-shop", {{"my-shop-b", 100}}, 8080);
  CHECK(whole.find("split_clients \"$request_id\" $pipectl_my_shop {") != std::string::npos);
  CHECK(whole.find("  * my-shop-b:8080;\n}\n") != std::string::npos);
  CHECK(whole.find('%') == std::string::npos);

  const std::string split = traffic_file("shop", {{"shop-b", 10}, {"shop-a", 90}}, 80);
  CHECK(split.find("  10% shop-b:80;\n  * shop-a:80;\n") != std::string::npos);
}

TEST_CASE("the usual proxy passes everything on to the app's variable") {
  const std::string config = usual_proxy_config("my-shop");
  CHECK(config.find("proxy_pass http://$pipectl_my_shop;") != std::string::npos);
  CHECK(config.find("include /etc/nginx/pipectl/*.conf;") != std::string::npos);
}

TEST_CASE("a record of an app is read as it was written, in one line") {
  AppRecord record{release("r2"), {release("r1")}};
  const std::string label = to_label(record);
  CHECK(label.find('\n') == std::string::npos);
  const auto read = app_record_of(label);
  REQUIRE(read);
  CHECK(to_label(*read) == label);
  CHECK(read->running->health.start_period == Milliseconds{60'000});
  CHECK(read->history.front().env == record.history.front().env);
}

TEST_CASE("a record keeps five releases, and refuses what is none") {
  AppRecord record;
  for (const char* run : {"7", "6", "5", "4", "3", "2", "1"})
    record.history.push_back(release(run));
  CHECK(app_record_of(to_label(record))->history.size() == 5);
  CHECK(app_record_of(to_label(record))->history.front().image == "shop:7");
  for (const char* text : {"", "{}", "[]", "{\"history\":[{}]}", "{\"history\":3}"})
    CHECK(app_record_of(text).error().fault == Fault::infrastructure);
}

TEST_CASE("the containers of an app get what the release says, and no secret") {
  const auto arguments = create_arguments({"shop", "shop-x-1", "sha256:abc"}, release("r1"));
  CHECK(has(arguments, "--name", "shop-x-1"));
  CHECK(has(arguments, "--label", "dev.pipectl.app=shop"));
  CHECK(has(arguments, "--network-alias", "shop-" + set_name("r1", "deploy")));
  CHECK(has(arguments, "--env", "LOG=a \"quoted\" line\n"));
  CHECK(has(arguments, "--health-cmd", "test -e /ok"));
  CHECK(has(arguments, "--health-interval", "500ms"));
  CHECK(has(arguments, "--health-retries", "4"));
  CHECK(std::ranges::find(arguments, "--health-timeout") == arguments.end());
  CHECK(std::ranges::find(arguments, "DB_PASSWORD") == arguments.end());
  const Arguments end{"sha256:abc", "serve", "--port", "8080"};
  CHECK(std::ranges::equal(std::ranges::subrange(arguments.end() - 4, arguments.end()), end));
}

TEST_CASE("stages of one run have sets of their own") {
  CHECK(set_name("20261121-105500-abcd", "a") != set_name("20261121-105500-abcd", "b"));
  CHECK(set_name("20261121-105500-abcd", "a") == set_name("20261121-105500-abcd", "a"));
}
