#include "core/config/load.hpp"

#include <catch2/catch_test_macros.hpp>

#include "core/base/sha256.hpp"
#include "tests/unit/core/config/load_fixture.hpp"

namespace pipectl {
namespace {

using test::Loaded;

constexpr std::string_view whole = R"(
# yaml-language-server: $schema=pipectl.schema.json
name: balance-sheet-pro

source:
  url: https://github.com/danieltn889/BalanceSheetPro.git
  ref: ${{ params.version }}
  depth: 1
  submodules: true
  secret: GITHUB_TOKEN

params:
  environment: {choices: [dev, uat, prod], default: dev}
  version:     {pattern: 'v\d+\.\d+\.\d+', optional: true, description: what to build}
  jobs:        {type: integer, default: 4}
  fast:        {type: boolean, default: false}
  who:

env: {NODE_ENV: test, BASE_URL: 'http://127.0.0.1:3000', EMPTY: , PORT: 3000}

secrets:
  SLACK_WEBHOOK_URL: {env: SLACK_WEBHOOK_URL, optional: true}
  GITHUB_TOKEN:      {env: GITHUB_TOKEN, optional: true}
  DB_PASSWORD:       {file: secrets/db_password.txt}
  API_KEY:           {command: [vault, kv, get, -field=key, secret/api]}

environments:
  staging:    {branches: [main, 'release/*'], namespace: app-staging, replicas: 2, url: 'http://staging.local', colour: blue}
  production: {branches: main, approval: false, namespace: app, env: {LOG: warn}, secrets: [DB_PASSWORD]}

defaults: {timeout: 15m, retry: 1, shell: bash, working_directory: app, env: {LANG: C}}

on:
  push:         {branches: [main]}
  pull_request: {stages: [quality]}
  tag:          {tags: ['v*']}
  manual:       {}

stages:
  quality:
    env: {CI: 'true'}
    timeout: 5m
    parallel:
      lint:
        kind: lint
        run: npx eslint .
        allow_failure: true
      unit:
        kind: test
        matrix:
          node: ['18', 20]
          os: [linux]
          include: [{node: 22, os: linux, extra: x}]
          exclude: [{node: '18'}]
          max_parallel: 2
        env: {CI: '1', NODE: '${{ matrix.node }}'}
        run: [npm ci, 'npx jest ${{ matrix.node }} ${{ env.PORT }}']
        retry: {max: 2, backoff: 5s, on: [exit-code, timeout]}
        artifacts: [coverage/**, 'junit-${{ matrix.node }}.xml']

  image:
    kind: build
    needs: [quality]
    run: make
    requires: {docker: required, make: skip}
    inputs: [src/**, Makefile]
    outputs: dist/**
    cache: {key: 'npm-${{ git.branch }}', paths: [node_modules, .cache]}
    weight: 4
    shell: sh

  integration:
    kind: test
    run: npm run test:integration
    requires: [redis-server]
    changed: ['src/**', package.json]
    allow_failure: [3, 77]

  staging:
    kind: deploy
    environment: staging
    secrets: [API_KEY, DB_PASSWORD, API_KEY]
    run: ./deploy
    when: branch == 'main' && event == 'push'
    concurrency: deploy-${{ environment.namespace }}
    working_directory: ops
    timeout: 90

  report:
    run: ./report
    always: true
)";

TEST_CASE("a whole file becomes the model: what stands at its top") {
  const Loaded loaded(whole);
  INFO(loaded.messages());
  REQUIRE(loaded.result);
  CHECK(loaded.messages().empty());
  const Pipeline& pipeline = loaded.pipeline();
  CHECK(pipeline.name == "balance-sheet-pro");
  CHECK(pipeline.file == (loaded.folder() / "pipeline.yaml").string());
  REQUIRE(pipeline.source);
  CHECK(pipeline.source->url == "https://github.com/danieltn889/BalanceSheetPro.git");
  CHECK(pipeline.source->ref.text() == "${{ params.version }}");
  CHECK(pipeline.source->depth == 1U);
  CHECK(pipeline.source->submodules);
  CHECK(pipeline.source->secret == "GITHUB_TOKEN");

  REQUIRE(pipeline.params.size() == 5);
  CHECK(pipeline.params[0].choices == std::vector<std::string>{"dev", "uat", "prod"});
  CHECK(pipeline.params[0].default_value == "dev");
  CHECK_FALSE(pipeline.params[0].optional);
  CHECK(pipeline.params[1].pattern == R"(v\d+\.\d+\.\d+)");
  CHECK(pipeline.params[1].optional);
  CHECK(pipeline.params[1].description == "what to build");
  CHECK(pipeline.params[2].type == ParamType::integer);
  CHECK(pipeline.params[2].default_value == "4");
  CHECK(pipeline.params[3].type == ParamType::boolean);
  CHECK(pipeline.params[4].name == "who");
  CHECK_FALSE(pipeline.params[4].default_value);

  REQUIRE(pipeline.env.size() == 5);
  CHECK(pipeline.env[0].name == "NODE_ENV");
  CHECK(pipeline.env[1].value.text() == "http://127.0.0.1:3000");
  CHECK(pipeline.env[2].value.text().empty());
  CHECK(pipeline.env[3].value.text() == "3000");
  CHECK(pipeline.env[4].name == "LANG");
}

TEST_CASE("a whole file becomes the model: secrets, environments, events") {
  const Loaded loaded(whole);
  const Pipeline& pipeline = loaded.pipeline();
  REQUIRE(pipeline.secrets.size() == 4);
  CHECK(pipeline.secret("GITHUB_TOKEN")->provider == "env");
  CHECK(pipeline.secret("GITHUB_TOKEN")->optional);
  CHECK(pipeline.secret("DB_PASSWORD")->provider == "file");
  CHECK(pipeline.secret("DB_PASSWORD")->arguments ==
        std::vector<std::string>{(loaded.folder() / "secrets/db_password.txt").string()});
  CHECK(pipeline.secret("API_KEY")->arguments.size() == 5);

  const auto* const staging = pipeline.environment("staging");
  CHECK(staging->branches == std::vector<std::string>{"main", "release/*"});
  CHECK(staging->values.at("replicas").text() == "2");
  CHECK(staging->values.at("colour").text() == "blue");
  CHECK(staging->values.size() == 4);
  const auto* const production = pipeline.environment("production");
  CHECK_FALSE(production->approval);
  CHECK(production->secrets == std::vector<std::string>{"DB_PASSWORD"});
  CHECK(production->env.at(0).name == "LOG");

  REQUIRE(pipeline.on);
  CHECK(pipeline.on->size() == 4);
  CHECK(pipeline.on->at(EventKind::push).branches == std::vector<std::string>{"main"});
  CHECK(pipeline.on->at(EventKind::pull_request).stages == std::vector<std::string>{"quality"});
  CHECK(pipeline.on->at(EventKind::tag).tags == std::vector<std::string>{"v*"});
}

TEST_CASE("a whole file becomes the model: a group and its members") {
  const Loaded loaded(whole);
  const Pipeline& pipeline = loaded.pipeline();
  REQUIRE(pipeline.stages.size() == 6);
  REQUIRE(pipeline.groups.size() == 1);
  CHECK(pipeline.groups[0].members == std::vector<std::string>{"lint", "unit"});

  const StageSpec& lint = loaded.stage("lint");
  CHECK(lint.kind == "lint");
  CHECK(lint.group == "quality");
  CHECK(lint.timeout == Milliseconds(300'000));
  CHECK(lint.allow_failure.always);
  CHECK(lint.retry.max == 1);
  CHECK(lint.shell == Shell::bash);
  CHECK(lint.working_directory.text() == "app");
  REQUIRE(lint.env.size() == 1);

  const StageSpec& unit = loaded.stage("unit");
  REQUIRE(unit.env.size() == 3);  // the group's, then its own: the later one wins
  CHECK(unit.env[0].value.text() == "true");
  CHECK(unit.env[1].value.text() == "1");
  REQUIRE(unit.matrix);
  CHECK(unit.matrix->axes.size() == 2);
  CHECK(unit.matrix->axes[0].values == std::vector<std::string>{"18", "20"});
  CHECK(unit.matrix->include.at(0).size() == 3);
  CHECK(unit.matrix->exclude.at(0).at(0).second == "18");
  CHECK(unit.matrix->max_parallel == 2U);
  CHECK(unit.retry.max == 2);
  CHECK(unit.retry.backoff == Milliseconds(5'000));
  CHECK(unit.retry.on == std::vector<RetryCause>{RetryCause::exit_code, RetryCause::timeout});
  CHECK(unit.artifacts.at(1).text() == "junit-${{ matrix.node }}.xml");
  CHECK(loaded.commands("unit").at(1) == "npx jest ${{ matrix.node }} ${{ env.PORT }}");
  CHECK(unit.where.line == 48);
}

TEST_CASE("a whole file becomes the model: stages of their own") {
  const Loaded loaded(whole);
  const StageSpec& image = loaded.stage("image");
  CHECK(image.group.empty());
  REQUIRE(image.requirements.size() == 2);
  CHECK(image.requirements[0].program == "docker");
  CHECK(image.requirements[0].presence == Presence::required);
  CHECK(image.requirements[1].presence == Presence::skip);
  CHECK(image.inputs == std::vector<std::string>{"src/**", "Makefile"});
  CHECK(image.outputs == std::vector<std::string>{"dist/**"});
  CHECK(image.cache->key.text() == "npm-${{ git.branch }}");
  CHECK(image.cache->paths.size() == 2);
  CHECK(image.weight == 4);
  CHECK(image.shell == Shell::sh);
  CHECK(image.timeout == Milliseconds(900'000));

  const StageSpec& integration = loaded.stage("integration");
  CHECK(integration.requirements.at(0).presence == Presence::skip);
  CHECK(integration.changed.size() == 2);
  CHECK_FALSE(integration.allow_failure.always);
  CHECK(integration.allow_failure.exit_codes == std::vector<int>{3, 77});

  const StageSpec& staging = loaded.stage("staging");
  CHECK(staging.environment == "staging");
  CHECK(staging.secrets == std::vector<std::string>{"API_KEY", "DB_PASSWORD"});
  CHECK(staging.when->text() == "branch == 'main' && event == 'push'");
  CHECK(staging.concurrency->text() == "deploy-${{ environment.namespace }}");
  CHECK(staging.working_directory.text() == "ops");
  CHECK(staging.timeout == Milliseconds(90'000));
  CHECK(loaded.stage("report").always);
}

TEST_CASE("a file with nothing but a stage has sensible values") {
  const Loaded loaded("stages: {unit: {run: make}}\n");
  const Pipeline& pipeline = loaded.pipeline();
  CHECK(pipeline.name == loaded.folder().filename().string());
  CHECK_FALSE(pipeline.source);
  CHECK_FALSE(pipeline.on);
  const StageSpec& unit = loaded.stage("unit");
  CHECK(unit.kind == "run");
  CHECK_FALSE(unit.timeout);
  CHECK(unit.retry.max == 0);
  CHECK(unit.shell == Shell::sh);
  CHECK(unit.needs.empty());
  CHECK(unit.weight == 1);
}

TEST_CASE("events may be one word or a list") {
  CHECK(Loaded("on: push\nstages: {a: {run: x}}\n").pipeline().on->contains(EventKind::push));
  CHECK(Loaded("on: [push, tag]\nstages: {a: {run: x}}\n").pipeline().on->size() == 2);
}

TEST_CASE("warnings come with a pipeline") {
  const Loaded loaded("stages: {a: {run: x, outputs: [y]}}\n");
  REQUIRE(loaded.result);
  CHECK(loaded.messages() ==
        "pipeline.yaml:1 'outputs' without 'inputs' has no effect | name the files that they are "
        "made from under `inputs`\n");
}

TEST_CASE("the digest is over every file that was read") {
  const auto digest = [](std::string_view included, std::string_view variables) {
    auto folder = std::make_unique<test::TempFolder>();
    folder->write("more.yaml", included);
    folder->write("x.env", variables);
    return Loaded(std::move(folder), "include: more.yaml\nenv_file: x.env\nstages: {a: {run: x}}\n")
        .result->digest;
  };
  const auto first = digest("stages: {b: {run: x}}\n", "A=1\n");
  CHECK(first.size() == 64);
  CHECK(first == digest("stages: {b: {run: x}}\n", "A=1\n"));
  CHECK(first != digest("stages: {b: {run: y}}\n", "A=1\n"));
  CHECK(first != digest("stages: {b: {run: x}}\n", "A=2\n"));
}

}  // namespace
}  // namespace pipectl
