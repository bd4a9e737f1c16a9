#include "core/store/outbox.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/support/temp_folder.hpp"

using namespace pipectl;
using namespace pipectl::store;
using namespace std::chrono_literals;

namespace {

const WallTime now{std::chrono::seconds{1'795'000'000}};

std::unique_ptr<Outbox> outbox_in(const std::filesystem::path& folder,
                                  const std::string& file = "/p/pipeline.yaml") {
  auto opened = Outbox::open(folder, file);
  REQUIRE(opened.has_value());
  return std::move(*opened);
}

NewPost post(std::string key, std::string supersedes = {}, std::string target = "slack") {
  NewPost made;
  made.target = std::move(target);
  made.run = "r1";
  made.payload = "about " + key;
  made.key = std::move(key);
  made.supersedes = std::move(supersedes);
  return made;
}

void put(Outbox& outbox, const std::vector<NewPost>& posts) {
  REQUIRE(outbox.store(posts, now).has_value());
}

/// Every waiting key, in order.
std::vector<std::string> drained(Outbox& outbox, const std::string& target = "slack") {
  std::vector<std::string> keys;
  while (const auto next = outbox.next(target).value()) {
    keys.push_back(next->key);
    REQUIRE(outbox.remove(next->id).has_value());
  }
  return keys;
}

using Keys = std::vector<std::string>;

}  // namespace

TEST_CASE("posts come out in the order in which they went in, each target by itself", "[outbox]") {
  const test::TempFolder folder;
  const auto outbox = outbox_in(folder.path());
  put(*outbox, {post("a"), post("b"), post("x", "", "github"), post("c")});
  CHECK(outbox->waiting("slack") == 3U);
  CHECK(outbox->waiting("github") == 1U);
  const auto first = outbox->next("slack").value();
  REQUIRE(first.has_value());
  CHECK(first->payload == "about a");
  CHECK(first->run == "r1");
  CHECK(first->stored == now);
  CHECK(first->attempts == 0);
  CHECK(drained(*outbox) == Keys{"a", "b", "c"});
  CHECK(drained(*outbox, "github") == Keys{"x"});
}

TEST_CASE("what is superseded goes, and what says more takes its place", "[outbox]") {
  const test::TempFolder folder;
  const auto outbox = outbox_in(folder.path());
  put(*outbox, {post("run", "run"), post("unit", "unit"), post("lint", "lint"), post("note"),
                post("unit", "unit", "github")});
  NewPost newer = post("unit", "unit");
  newer.payload = "newer";
  put(*outbox, {newer});
  put(*outbox, {post("other"), newer});
  CHECK(outbox->waiting("slack") == 5U);
  CHECK(outbox->waiting().value() ==
        std::map<std::string, std::size_t>{{"github", 1}, {"slack", 5}});
  CHECK(drained(*outbox) == Keys{"run", "unit", "lint", "note", "other"});
  CHECK(drained(*outbox, "github") == Keys{"unit"});
}

TEST_CASE("one that is replaced while it is sent takes nothing away", "[outbox]") {
  const test::TempFolder folder;
  const auto outbox = outbox_in(folder.path());
  put(*outbox, {post("unit", "unit"), post("lint")});
  const auto under_way = *outbox->next("slack").value();
  put(*outbox, {post("unit", "unit")});
  REQUIRE(outbox->remove(under_way.id).has_value());
  CHECK(drained(*outbox) == Keys{"unit", "lint"});
}

TEST_CASE("how a run ended goes ahead of all that waits of it, and of nothing else", "[outbox]") {
  const test::TempFolder folder;
  const auto outbox = outbox_in(folder.path());
  NewPost earlier = post("earlier");
  earlier.run = "r0";
  NewPost status = post("status", "status");
  status.turn = Turn::first;
  NewPost comment = post("comment", "comment");
  comment.turn = Turn::first;
  NewPost later = post("later");
  later.run = "r2";
  put(*outbox, {earlier, post("a"), post("b"), later, status, comment});
  CHECK(drained(*outbox) == Keys{"earlier", "status", "comment", "a", "b", "later"});
  put(*outbox, {post("status", "status"), earlier, post("c"), status});
  CHECK(drained(*outbox) == Keys{"status", "earlier", "c"});
  put(*outbox, {status});
  CHECK(drained(*outbox) == Keys{"status"});
}

TEST_CASE("another process goes on where one died", "[outbox]") {
  const test::TempFolder folder;
  {
    const auto outbox = outbox_in(folder.path());
    put(*outbox, {post("a"), post("b")});
    auto tried = *outbox->next("slack").value();
    tried.attempts = 3;
    tried.problem = "503";
    REQUIRE(outbox->postpone(tried).has_value());
    REQUIRE(outbox->remember("slack", "message/r1", "C1 17.5", now).has_value());
  }
  const auto outbox = outbox_in(folder.path());
  const auto tried = *outbox->next("slack").value();
  CHECK(tried.attempts == 3);
  CHECK(tried.problem == "503");
  CHECK(outbox->recall("slack", "message/r1").value() == "C1 17.5");
  CHECK(outbox->recall("github", "message/r1").value() == std::nullopt);
  CHECK(drained(*outbox) == Keys{"a", "b"});
}

TEST_CASE("files that share a state directory know nothing of each other", "[outbox]") {
  const test::TempFolder folder;
  const auto one = outbox_in(folder.path(), "/p/one.yaml");
  const auto other = outbox_in(folder.path(), "/p/other.yaml");
  put(*one, {post("a")});
  CHECK(other->waiting("slack") == 0U);
  CHECK_FALSE(other->next("slack").value().has_value());
  const auto turn = one->take_turn("slack").value();
  CHECK(turn != nullptr);
  CHECK(other->take_turn("slack").value() != nullptr);
}

TEST_CASE("one at a time delivers for a target", "[outbox]") {
  const test::TempFolder folder;
  const auto one = outbox_in(folder.path());
  const auto other = outbox_in(folder.path());
  auto turn = one->take_turn("slack").value();
  REQUIRE(turn != nullptr);
  CHECK(other->take_turn("slack").value() == nullptr);
  CHECK(other->take_turn("github").value() != nullptr);
  turn.reset();
  CHECK(other->take_turn("slack").value() != nullptr);
}

TEST_CASE("what one run had to say can be taken back, and old things are forgotten", "[outbox]") {
  const test::TempFolder folder;
  const auto outbox = outbox_in(folder.path());
  NewPost of_other = post("b");
  of_other.run = "r2";
  put(*outbox, {post("a"), of_other, post("c")});
  REQUIRE(outbox->remove_run("slack", "r1").has_value());
  CHECK(outbox->waiting("slack") == 1U);
  REQUIRE(outbox->remember("slack", "old", "1", now).has_value());
  REQUIRE(outbox->remember("slack", "new", "2", now + 2h).has_value());
  REQUIRE(outbox->forget_before(now + 1h).has_value());
  CHECK(outbox->waiting("slack") == 0U);
  CHECK(outbox->recall("slack", "old").value() == std::nullopt);
  CHECK(outbox->recall("slack", "new").value() == "2");
}

TEST_CASE("text comes back as it went in", "[outbox]") {
  const test::TempFolder folder;
  const auto outbox = outbox_in(folder.path());
  NewPost odd = post("k");
  odd.payload = std::string("a\0b\n\"'\xc3\xa4", 8);
  put(*outbox, {odd});
  CHECK(outbox->next("slack").value()->payload == odd.payload);
}
