// The JSON is Terraform 1.11's own.
#include "stages/provision/terraform_outputs.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace pipectl;
using namespace pipectl::stages;

TEST_CASE("outputs are texts or JSON; sensitive ones are only named") {
  const auto read = read_terraform_outputs(R"({
    "motd": {"sensitive": false, "type": "string", "value": "one\ntwo"},
    "size": {"sensitive": false, "type": "number", "value": 3},
    "token": {"sensitive": true, "type": "string", "value": "hush"},
    "zones": {"sensitive": false, "type": ["tuple", ["string"]], "value": ["a"]}})");
  REQUIRE(read);
  CHECK(read->values == Outputs{{"motd", "one\ntwo"}, {"size", "3"}, {"zones", R"(["a"])"}});
  CHECK(read->hidden == std::vector<std::string>{"token"});
  CHECK(read->json.find("hush") == std::string::npos);
  CHECK(read->json.find("token") == std::string::npos);
}

TEST_CASE("what is no output of Terraform is an error") {
  for (const auto* text : {"", "[]", "nonsense", R"({"a": 1})", R"({"a": {"type": "string"}})"}) {
    INFO(text);
    CHECK_FALSE(read_terraform_outputs(text));
  }
}

TEST_CASE("a plan's changes are counted; a replacement is one of each") {
  const auto plan = read_terraform_plan(R"({"format_version": "1.2", "resource_changes": [
    {"change": {"actions": ["no-op"]}}, {"change": {"actions": ["read"]}},
    {"change": {"actions": ["create"]}}, {"change": {"actions": ["update"]}},
    {"change": {"actions": ["delete", "create"]}}]})");
  REQUIRE(plan);
  CHECK(describe(*plan) == "2 to add · 1 to change · 1 to destroy");
  CHECK(describe(PlannedChanges{}) == "no changes");
  CHECK(read_terraform_plan(R"({"format_version": "1.2"})")->none());
}

TEST_CASE("what is no plan is an error") {
  for (const auto* text :
       {"", "{}", R"({"format_version": "1.2", "resource_changes": [1]})",
        R"({"format_version": "1.2", "resource_changes": [{"change": {"actions": "create"}}]})"}) {
    INFO(text);
    CHECK_FALSE(read_terraform_plan(text));
  }
}

TEST_CASE("values of any form become lines that can be read back") {
  CHECK(to_output_lines({{"a", "1"}}) == "a=1\n");
  CHECK(to_output_lines({{"a", "x\ny"}}) == "a<<END\nx\ny\nEND\n");
  CHECK(to_output_lines({{"a", "x\nEND"}}) == "a<<END_\nx\nEND\nEND_\n");
}
