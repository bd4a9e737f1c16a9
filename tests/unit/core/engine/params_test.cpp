#include "core/engine/params.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace pipectl;

namespace {

Pipeline pipeline_with_params() {
  Pipeline pipeline;
  Param environment;
  environment.name = "environment";
  environment.choices = {"dev", "uat", "prod"};
  environment.default_value = "dev";
  Param version;
  version.name = "version";
  version.pattern = R"(v\d+\.\d+\.\d+)";
  version.optional = true;
  Param replicas;
  replicas.name = "replicas";
  replicas.type = ParamType::integer;
  pipeline.params = {environment, version, replicas};
  return pipeline;
}

}  // namespace

TEST_CASE("parameters take their defaults and keep what is given") {
  const auto values = resolve_params(pipeline_with_params(), {{"replicas", "3"}});
  REQUIRE(values);
  CHECK(values->at("environment") == "dev");
  CHECK(values->at("replicas") == "3");
  CHECK_FALSE(values->contains("version"));
}

TEST_CASE("every wrong parameter is reported at once") {
  const auto values = resolve_params(
      pipeline_with_params(),
      {{"environment", "prd"}, {"version", "1.2"}, {"replicas", "three"}, {"replica", "1"}});
  REQUIRE_FALSE(values);
  const std::string& message = values.error().message;
  CHECK(values.error().fault == Fault::usage);
  CHECK(message.find("'prd' is none of dev, uat, prod") != std::string::npos);
  CHECK(message.find("'1.2' does not match") != std::string::npos);
  CHECK(message.find("'three' is no whole number") != std::string::npos);
  CHECK(message.find("unknown parameter 'replica'; did you mean 'replicas'?") != std::string::npos);
}

TEST_CASE("a needed parameter that is not given is named") {
  const auto values = resolve_params(pipeline_with_params(), {});
  REQUIRE_FALSE(values);
  CHECK(values.error().message.find("-p replicas=") != std::string::npos);
}

TEST_CASE("the pattern holds for the whole value, and a value is never more than text") {
  const auto pipeline = pipeline_with_params();
  for (const auto* value : {"xv1.2.3", "v1.2.3\n", "v1.2.3; rm -rf x", ""})
    CHECK_FALSE(resolve_params(pipeline, {{"replicas", "1"}, {"version", value}}));
  CHECK_FALSE(
      resolve_params(pipeline, {{"replicas", "1"}, {"version", std::string(1U << 20U, 'v')}}));
  CHECK(resolve_params(pipeline, {{"replicas", "1"}, {"version", "v1.2.3"}}));
}
