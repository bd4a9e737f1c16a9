#include "core/plan/plan.hpp"

#include <fmt/format.h>

#include <catch2/catch_test_macros.hpp>

using namespace pipectl;
using namespace pipectl::plan;

namespace {

/// Writes pipelines as tests read best: `stage("b", {"a"})`.
struct Builder {
  Pipeline pipeline;

  Builder& stage(std::string name, std::vector<std::string> needs = {}) {
    StageSpec& spec = pipeline.stages.emplace_back();
    spec.name = std::move(name);
    for (auto& need : needs) spec.needs.push_back({std::move(need), {}});
    return *this;
  }
  Builder& matrix(std::vector<std::string> values) {
    pipeline.stages.back().matrix.emplace().axes = {{"v", std::move(values)}};
    return *this;
  }
  Builder& group(std::string name, std::vector<std::string> members) {
    pipeline.groups.push_back({std::move(name), std::move(members), {}});
    return *this;
  }
};

Plan planned(const Pipeline& pipeline, const Selection& selection = {}, const Event& event = {}) {
  auto plan = make_plan(pipeline, event, selection);
  REQUIRE(plan.has_value());
  return std::move(*plan);
}

std::vector<std::string> needs_of(const Plan& plan, std::string_view name) {
  std::vector<std::string> out;
  for (const auto need : plan.find(name)->needs) out.push_back(plan.nodes[need].name);
  return out;
}

std::vector<std::string> chosen(const Plan& plan) {
  std::vector<std::string> out;
  for (const auto& node : plan.nodes)
    if (node.skip == SkipCause::none) out.push_back(node.name);
  return out;
}

std::vector<std::string> chosen(const Builder& builder, const Selection& selection) {
  return chosen(planned(builder.pipeline, selection));
}

Selection only(std::vector<std::string> names) {
  Selection selection;
  selection.only = std::move(names);
  return selection;
}

using Names = std::vector<std::string>;

Builder sample() {
  Builder builder;
  builder.stage("lint").stage("unit").matrix({"18", "20"}).group("quality", {"lint", "unit"});
  builder.stage("build", {"quality"}).stage("docs", {}).stage("deploy", {"build", "docs"});
  return builder;
}

}  // namespace

TEST_CASE("a stage is a node, a matrix one for each instance", "[plan]") {
  const Builder builder = sample();
  const Plan plan = planned(builder.pipeline);
  CHECK(chosen(plan) == Names{"lint", "unit (18)", "unit (20)", "build", "docs", "deploy"});
  for (NodeId id = 0; id < plan.nodes.size(); ++id) {
    CHECK(plan.nodes[id].id == id);
    CHECK(plan.find(plan.nodes[id].name) == &plan.nodes[id]);
  }
  CHECK(plan.find("unit") == nullptr);
  CHECK(plan.find("unit (18)")->matrix == MatrixRow{{"v", "18"}});
  CHECK(plan.find("unit (18)")->stage == builder.pipeline.stage("unit"));
}

TEST_CASE("a need on a group or a matrix is one on all of it", "[plan]") {
  const Builder builder = sample();
  const Plan plan = planned(builder.pipeline);
  CHECK(needs_of(plan, "build") == Names{"lint", "unit (18)", "unit (20)"});
  CHECK(needs_of(plan, "deploy") == Names{"build", "docs"});
  CHECK(needs_of(plan, "docs").empty());
}

TEST_CASE("needs may point forward and name a thing twice", "[plan]") {
  Builder builder;
  builder.stage("a", {"b", "g", "b"}).stage("b").group("g", {"b"});
  CHECK(needs_of(planned(builder.pipeline), "a") == Names{"b"});
}

TEST_CASE("nodes that need the same share one list", "[plan]") {
  Builder builder;
  builder.stage("a").stage("b", {"a"}).matrix({"1", "2"}).stage("c", {"a"}).stage("d");
  const Plan plan = planned(builder.pipeline);
  CHECK(plan.find("b (1)")->needs.identity() == plan.find("b (2)")->needs.identity());
  CHECK(plan.find("b (1)")->needs.identity() == plan.find("c")->needs.identity());
  CHECK(plan.find("d")->needs.identity() == nullptr);
}

TEST_CASE("instances that read the same still have names of their own", "[plan]") {
  Builder builder;
  builder.stage("a");
  Matrix& matrix = builder.pipeline.stages[0].matrix.emplace();
  matrix.include = {{{"x", "1, 2"}}, {{"x", "1"}, {"y", "2"}}};
  CHECK(chosen(planned(builder.pipeline)) == Names{"a (1, 2)", "a (1, 2) #2"});
}

TEST_CASE("a matrix that is no good is told with its stage", "[plan]") {
  Builder builder;
  builder.stage("unit").matrix({});
  const auto plan = make_plan(builder.pipeline, {}, {});
  REQUIRE_FALSE(plan.has_value());
  CHECK(plan.error().fault == Fault::usage);
  CHECK(plan.error().message == "stage 'unit': the matrix is empty");
}

TEST_CASE("--stage takes only what it names", "[plan]") {
  const Builder builder = sample();
  CHECK(chosen(builder, only({"build"})) == Names{"build"});
  CHECK(chosen(builder, only({"unit"})) == Names{"unit (18)", "unit (20)"});
  CHECK(chosen(builder, only({"unit (20)", "docs"})) == Names{"unit (20)", "docs"});
  CHECK(chosen(builder, only({"quality"})) == Names{"lint", "unit (18)", "unit (20)"});
}

TEST_CASE("what is left out says why", "[plan]") {
  const Builder builder = sample();
  const Plan plan = planned(builder.pipeline, only({"build"}));
  CHECK(plan.find("lint")->skip == SkipCause::deselected);
  CHECK(plan.find("lint")->skip_reason == "not chosen with --stage");
  CHECK(plan.find("build")->skip_reason.empty());
}

TEST_CASE("--skip, --from and --until", "[plan]") {
  const Builder builder = sample();
  Selection selection;
  selection.skip = {"unit (18)", "docs"};
  CHECK(chosen(builder, selection) == Names{"lint", "unit (20)", "build", "deploy"});
  selection = {};
  selection.from = "build";
  CHECK(chosen(builder, selection) == Names{"build", "deploy"});
  selection.from = "unit (20)";
  CHECK(chosen(builder, selection) == Names{"unit (20)", "build", "deploy"});
  selection.from = "quality";
  CHECK(chosen(builder, selection) == Names{"lint", "unit (18)", "unit (20)", "build", "deploy"});
  selection = {};
  selection.until = "build";
  CHECK(chosen(builder, selection) == Names{"lint", "unit (18)", "unit (20)", "build"});
  selection.until = "quality";
  CHECK(chosen(builder, selection) == Names{"lint", "unit (18)", "unit (20)"});
  selection.until = "docs";
  CHECK(chosen(builder, selection) == Names{"docs"});
}

TEST_CASE("parts of a selection narrow each other", "[plan]") {
  const Builder builder = sample();
  Selection selection;
  selection.from = "lint";
  selection.until = "deploy";
  selection.skip = {"lint"};
  CHECK(chosen(builder, selection) == Names{"build", "deploy"});
  selection.only = {"docs"};
  CHECK(chosen(builder, selection).empty());
}

TEST_CASE("a name that does not exist is refused with a suggestion", "[plan]") {
  const Builder builder = sample();
  Selection selection;
  const auto refused = [&] { return make_plan(builder.pipeline, {}, selection).error(); };
  selection.only = {"biuld"};
  CHECK(refused().fault == Fault::usage);
  CHECK(refused().message == "--stage: there is no stage or group 'biuld'");
  CHECK(refused().hint == "did you mean 'build'?");
  selection = {};
  selection.from = "qualiti";
  CHECK(refused().hint == "did you mean 'quality'?");
  selection = {};
  selection.until = "unit (19)";
  CHECK(refused().message == "--until: there is no stage or group 'unit (19)'");
  selection = {};
  selection.skip = {"zzz"};
  CHECK(refused().hint.empty());
}

TEST_CASE("an event runs the stages that its entry lists", "[plan]") {
  Builder builder = sample();
  builder.pipeline.on.emplace();
  (*builder.pipeline.on)[EventKind::pull_request].stages = {"quality"};
  (*builder.pipeline.on)[EventKind::push].branches = {"main"};
  Event event;
  event.kind = EventKind::pull_request;
  Plan plan = planned(builder.pipeline, {}, event);
  CHECK(chosen(plan) == Names{"lint", "unit (18)", "unit (20)"});
  CHECK(plan.find("build")->skip == SkipCause::condition);
  CHECK(plan.find("build")->skip_reason == "`on: pull_request` does not list it");
  event.kind = EventKind::push;
  event.branch = "dev";
  plan = planned(builder.pipeline, {}, event);
  CHECK(chosen(plan).empty());
  CHECK(plan.find("lint")->skip == SkipCause::condition);
  CHECK(plan.find("lint")->skip_reason == "branch 'dev': `on: push` takes branches main");
  event.kind = EventKind::manual;
  CHECK(chosen(planned(builder.pipeline, {}, event)).size() == 6);
}

TEST_CASE("the event's reason is kept where the command line leaves a stage out, too", "[plan]") {
  Builder builder = sample();
  builder.pipeline.on.emplace();
  (*builder.pipeline.on)[EventKind::push].stages = {"quality", "deploy"};
  Event event;
  event.kind = EventKind::push;
  const Plan plan = planned(builder.pipeline, only({"lint"}), event);
  CHECK(chosen(plan) == Names{"lint"});
  CHECK(plan.find("build")->skip == SkipCause::condition);
  CHECK(plan.find("deploy")->skip == SkipCause::deselected);
}

TEST_CASE("large groups that need each other cost what they hold", "[plan]") {
  Builder builder;
  constexpr int size = 5'000;
  std::vector<std::string> first;
  std::vector<std::string> second;
  for (int i = 0; i < size; ++i) builder.stage(first.emplace_back(fmt::format("a{}", i)));
  for (int i = 0; i < size; ++i)
    builder.stage(second.emplace_back(fmt::format("b{}", i)), {"first"});
  builder.group("first", first).group("second", second);
  Selection selection;
  selection.from = "a17";
  const Plan plan = planned(builder.pipeline, selection);
  CHECK(plan.nodes[size].needs.size() == size);
  CHECK(plan.nodes[size].needs.identity() == plan.nodes[2 * size - 1].needs.identity());
  CHECK(chosen(plan).size() == size + 1);
}
