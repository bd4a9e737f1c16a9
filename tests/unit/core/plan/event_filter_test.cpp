#include "core/plan/event_filter.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace pipectl;
using namespace pipectl::plan;

namespace {

Pipeline with(EventKind kind, EventRule rule) {
  Pipeline pipeline;
  pipeline.on.emplace();
  (*pipeline.on)[kind] = std::move(rule);
  return pipeline;
}

Event event(EventKind kind, std::string branch, std::string tag = {}) {
  Event out;
  out.kind = kind;
  out.branch = std::move(branch);
  out.tag = std::move(tag);
  return out;
}

}  // namespace

TEST_CASE("globs decide about refs, the last that matches wins", "[event]") {
  CHECK(ref_matches({}, "anything"));
  CHECK(ref_matches({}, ""));
  CHECK(ref_matches({"main", "release/*"}, "release/1"));
  CHECK_FALSE(ref_matches({"main", "release/*"}, "feature"));
  CHECK_FALSE(ref_matches({"main"}, ""));
  CHECK_FALSE(ref_matches({"**", "!beta/**"}, "beta/1"));
  CHECK(ref_matches({"**", "!beta/**", "beta/keep"}, "beta/keep"));
  CHECK_FALSE(ref_matches({"!main"}, "feature"));
}

TEST_CASE("without `on` every event is taken", "[event]") {
  const Pipeline pipeline;
  for (const auto kind :
       {EventKind::manual, EventKind::push, EventKind::pull_request, EventKind::tag})
    CHECK(refusal(pipeline, event(kind, "x")).empty());
}

TEST_CASE("an event without an entry is refused, but manual", "[event]") {
  const Pipeline pipeline = with(EventKind::push, {});
  CHECK(refusal(pipeline, event(EventKind::push, "x")).empty());
  CHECK(refusal(pipeline, event(EventKind::manual, "x")).empty());
  CHECK(refusal(pipeline, event(EventKind::tag, "", "v1")) == "`on` has no entry for tag");
}

TEST_CASE("branches and tags of an entry", "[event]") {
  const Pipeline push = with(EventKind::push, {{"main", "release/*"}, {}, {}});
  CHECK(refusal(push, event(EventKind::push, "release/2")).empty());
  CHECK(refusal(push, event(EventKind::push, "dev")) ==
        "branch 'dev': `on: push` takes branches main, release/*");
  CHECK(refusal(push, event(EventKind::push, "")) ==
        "no branch: `on: push` takes branches main, release/*");
  const Pipeline tag = with(EventKind::tag, {{}, {"v*"}, {}});
  CHECK(refusal(tag, event(EventKind::tag, "", "v1.2")).empty());
  CHECK(refusal(tag, event(EventKind::tag, "", "x")) == "tag 'x': `on: tag` takes tags v*");
  const Pipeline both = with(EventKind::push, {{"main"}, {"v*"}, {}});
  CHECK(refusal(both, event(EventKind::push, "main")).empty());
  CHECK(refusal(both, event(EventKind::push, "", "v1")).empty());
  CHECK_FALSE(refusal(both, event(EventKind::push, "dev", "x")).empty());
}

TEST_CASE("a manual entry with branches is obeyed", "[event]") {
  const Pipeline pipeline = with(EventKind::manual, {{"main"}, {}, {}});
  CHECK(refusal(pipeline, event(EventKind::manual, "main")).empty());
  CHECK_FALSE(refusal(pipeline, event(EventKind::manual, "dev")).empty());
}

TEST_CASE("a pull request is judged by its target, where that is known", "[event]") {
  const Pipeline pipeline = with(EventKind::pull_request, {{"main"}, {}, {}});
  Event request = event(EventKind::pull_request, "feature");
  request.target_branch = "main";
  CHECK(refusal(pipeline, request).empty());
  request.target_branch = "dev";
  CHECK_FALSE(refusal(pipeline, request).empty());
  CHECK_FALSE(refusal(pipeline, event(EventKind::pull_request, "feature")).empty());
  CHECK(refusal(pipeline, event(EventKind::pull_request, "main")).empty());
}

TEST_CASE("a hostile branch name is shown, not obeyed", "[event]") {
  const Pipeline pipeline = with(EventKind::push, {{"main"}, {}, {}});
  CHECK(refusal(pipeline, event(EventKind::push, "x\x1b[2J")).find('\x1b') == std::string::npos);
}
