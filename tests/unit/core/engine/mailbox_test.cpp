#include "core/engine/mailbox.hpp"

#include <poll.h>

#include <catch2/catch_test_macros.hpp>
#include <thread>

using namespace pipectl;

namespace {

bool readable(const Mailbox& mailbox) {
  pollfd source{mailbox.fd(), POLLIN, 0};
  return ::poll(&source, 1, 0) == 1;
}

const std::string& text_of(const Mailbox::Shown& shown) {
  return std::get<event::StageOutput>(shown.what).text;
}

}  // namespace

TEST_CASE("mail makes the descriptor readable until it is collected") {
  Mailbox mailbox;
  CHECK_FALSE(readable(mailbox));
  mailbox.post(7, Mailbox::Ended{});
  CHECK(readable(mailbox));
  const auto mail = mailbox.collect(Mailbox::Take::everything);
  REQUIRE(mail.state.size() == 1);
  CHECK(mail.state.front().node == 7);
  CHECK_FALSE(readable(mailbox));
}

TEST_CASE("a spawned process is quiet mail: it rings by itself, but not at once") {
  Mailbox mailbox;
  mailbox.post(1, Mailbox::Spawned{{42, 1}});
  CHECK_FALSE(readable(mailbox));
  pollfd quiet{mailbox.quiet_fd(), POLLIN, 0};
  CHECK(::poll(&quiet, 1, 60'000) == 1);
  CHECK(mailbox.collect(Mailbox::Take::everything).state.size() == 1);
  CHECK(::poll(&quiet, 1, 0) == 0);
}

TEST_CASE("quiet mail that rode along rings no more") {
  Mailbox mailbox;
  mailbox.post(1, Mailbox::Spawned{{42, 1}});
  mailbox.post(1, Mailbox::Ended{});
  CHECK(readable(mailbox));
  CHECK(mailbox.collect(Mailbox::Take::everything).state.size() == 2);
  pollfd quiet{mailbox.quiet_fd(), POLLIN, 0};
  CHECK(::poll(&quiet, 1, 20) == 0);
}

TEST_CASE("output stays behind while only state is taken, but never behind the end of its stage") {
  Mailbox mailbox;
  std::string text = "line\n";
  REQUIRE(mailbox.offer_output(1, Stream::out, text, Milliseconds{0}));
  CHECK(mailbox.collect(Mailbox::Take::state_only).shown.empty());
  CHECK(readable(mailbox));  // nobody else will ring when the writers wait for room
  mailbox.post(1, Mailbox::Ended{});
  const auto mail = mailbox.collect(Mailbox::Take::state_only);
  REQUIRE(mail.shown.size() == 1);
  CHECK(text_of(mail.shown.front()) == "line\n");
}

TEST_CASE(
    "output is bounded: what does not fit is left with the caller, and fits after a collect") {
  Mailbox mailbox;
  std::string large(3U << 20U, 'a');
  std::string more(2U << 20U, 'b');
  REQUIRE(mailbox.offer_output(1, Stream::out, large, Milliseconds{0}));
  CHECK_FALSE(mailbox.offer_output(2, Stream::out, more, Milliseconds{0}));
  CHECK(more.size() == (2U << 20U));
  mailbox.collect(Mailbox::Take::everything);
  CHECK(mailbox.offer_output(2, Stream::out, more, Milliseconds{0}));
  CHECK(more.empty());
}

TEST_CASE("a single piece larger than the bound is taken when nothing else is held") {
  Mailbox mailbox;
  std::string huge(16U << 20U, 'a');
  CHECK(mailbox.offer_output(1, Stream::out, huge, Milliseconds{0}));
}

TEST_CASE("a waiting writer goes on as soon as there is room") {
  Mailbox mailbox;
  std::string full(4U << 20U, 'a');
  REQUIRE(mailbox.offer_output(1, Stream::out, full, Milliseconds{0}));
  bool taken = false;
  std::thread writer{[&] {
    std::string text = "late\n";
    while (!taken) taken = mailbox.offer_output(2, Stream::out, text, Milliseconds{10'000});
  }};
  std::size_t shown = 0;
  while (shown < 2) shown += mailbox.collect(Mailbox::Take::everything).shown.size();
  writer.join();
  CHECK(taken);
}

TEST_CASE("notes and output of a stage keep their order") {
  Mailbox mailbox;
  mailbox.show({1, event::StageNote{{}, "$ make"}});
  std::string text = "built\n";
  REQUIRE(mailbox.offer_output(1, Stream::out, text, Milliseconds{0}));
  mailbox.show({1, event::StageNote{{}, "$ make test"}});
  const auto mail = mailbox.collect(Mailbox::Take::everything);
  REQUIRE(mail.shown.size() == 3);
  CHECK(std::get<event::StageNote>(mail.shown[0].what).text == "$ make");
  CHECK(text_of(mail.shown[1]) == "built\n");
  CHECK(std::get<event::StageNote>(mail.shown[2].what).text == "$ make test");
}

TEST_CASE("a bell that rings after its mail was taken is silenced by the next collect") {
  Mailbox mailbox;
  for (int round = 0; round < 2'000; ++round) {
    std::thread writer([&] { mailbox.post(1, Mailbox::Ended{}); });
    while (mailbox.collect(Mailbox::Take::everything).state.empty()) {
    }
    writer.join();
    CHECK(mailbox.collect(Mailbox::Take::everything).state.empty());
    REQUIRE_FALSE(readable(mailbox));
  }
}
