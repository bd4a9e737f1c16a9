#include "core/model/param_value.hpp"

#include <catch2/catch_test_macros.hpp>

namespace pipectl {
namespace {

TEST_CASE("a value is held against choices, type and pattern") {
  Param param;
  param.choices = {"dev", "prod"};
  CHECK(complaint_about(param, "dev").empty());
  CHECK(complaint_about(param, "uat") == "is none of dev, prod");
  param = {};
  param.type = ParamType::integer;
  CHECK(complaint_about(param, "-12").empty());
  CHECK(complaint_about(param, "12a") == "is no whole number");
  CHECK(complaint_about(param, "") == "is no whole number");
  param.type = ParamType::boolean;
  CHECK(complaint_about(param, "true").empty());
  CHECK(complaint_about(param, "yes") == "is neither true nor false");
  param = {};
  param.pattern = R"(v\d+\.\d+)";
  CHECK(complaint_about(param, "v1.20").empty());
  CHECK(complaint_about(param, "xv1.20") == R"(does not match v\d+\.\d+)");
  CHECK(complaint_about(param, "v1.20\n") == R"(does not match v\d+\.\d+)");
}

TEST_CASE("a pattern that would take exponential time does not") {
  Param param;
  param.pattern = "(a*)*b";
  CHECK(complaint_about(param, std::string(200, 'a')) == "does not match (a*)*b");
  CHECK(complaint_about(param, std::string(5'000, 'a')) == "is longer than 4096 characters");
}

TEST_CASE("what is no pattern is said so") {
  CHECK(complaint_about_pattern(R"([a-z]+(-\d+)?)").empty());
  CHECK(complaint_about_pattern("[a-") == "is no regular expression");
  CHECK(complaint_about_pattern("(a") == "is no regular expression");
  CHECK(complaint_about_pattern(R"((a)\1)") == "is too complex, or refers back to a group");
  CHECK(complaint_about_pattern(std::string(1'001, 'a')) == "is longer than 1000 characters");
  CHECK(complaint_about_pattern(std::string(900, '(')) == "is no regular expression");
}

}  // namespace
}  // namespace pipectl
