#include "core/release/tag.hpp"

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include "core/release/provenance.hpp"

using namespace pipectl::release;

TEST_CASE("a form makes tags, and knows its own") {
  const auto form = TagForm::parse("api-v{version}");
  REQUIRE(form);
  CHECK(form->tag_of("1.2.3") == "api-v1.2.3");
  REQUIRE(form->version_of("api-v1.2.3-rc.1"));
  CHECK(form->version_of("api-v1.2.3-rc.1")->text() == "1.2.3-rc.1");
  CHECK_FALSE(form->version_of("v1.2.3"));
  CHECK_FALSE(form->version_of("api-v1.2"));
  CHECK_FALSE(form->version_of("api-"));
}

TEST_CASE("what makes no name of a tag is no form") {
  for (const char* text : {"", "v1", "v{version} x", "{version}.lock", "..{version}", "/{version}",
                           "-{version}", "{version}{version}", "a~{version}", "a:{version}"}) {
    CAPTURE(text);
    CHECK_FALSE(TagForm::parse(text));
  }
}

TEST_CASE("maintenance branches hold what their names say") {
  const auto version = [](const char* text) { return *parse_version(text); };
  const auto one = line_of("1.x");
  REQUIRE(one);
  CHECK(one->holds(version("1.9.0")));
  CHECK_FALSE(one->holds(version("2.0.0")));
  const auto narrow = line_of("release/v1.4.x");
  REQUIRE(narrow);
  CHECK(narrow->holds(version("1.4.7")));
  CHECK_FALSE(narrow->holds(version("1.5.0")));
  for (const char* name : {"main", "x", "1", "1.4", "a.x", "1.a.x", "1.2.3.x", "release/x"})
    CHECK_FALSE(line_of(name));
}

TEST_CASE("checksums are what sha256sum reads") {
  CHECK(checksums_of({{"b", std::string(64, '1')}, {"a", std::string(64, '2')}}) ==
        std::string(64, '2') + "  a\n" + std::string(64, '1') + "  b\n");
}

TEST_CASE("a provenance is a statement about the files") {
  const auto statement = nlohmann::json::parse(provenance_of(
      {{"app.tgz", std::string(64, 'a')}},
      {"https://example.com/o/r.git", "refs/tags/v1.0.0", "abc", "release", "run-1", "", ""}));
  CHECK(statement["_type"] == "https://in-toto.io/Statement/v1");
  CHECK(statement["predicateType"] == "https://slsa.dev/provenance/v1");
  CHECK(statement["subject"][0]["name"] == "app.tgz");
  CHECK(statement["subject"][0]["digest"]["sha256"] == std::string(64, 'a'));
  const auto& definition = statement["predicate"]["buildDefinition"];
  CHECK(definition["buildType"].is_string());
  CHECK(definition["externalParameters"].is_object());
  CHECK(definition["resolvedDependencies"][0]["uri"] ==
        "git+https://example.com/o/r.git@refs/tags/v1.0.0");
  CHECK(definition["resolvedDependencies"][0]["digest"]["gitCommit"] == "abc");
  CHECK(statement["predicate"]["runDetails"]["builder"]["id"].is_string());
  CHECK(statement["predicate"]["runDetails"]["metadata"]["invocationId"] == "run-1");
}
