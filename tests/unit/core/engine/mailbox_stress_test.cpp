// Many writers against a reader that stalls, as the engine does before a slow terminal: nothing is
// lost, nothing changes its order, and nobody waits for a bell that never rings.
#include <poll.h>

#include <array>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <deque>
#include <thread>

#include "core/engine/mailbox.hpp"

using namespace pipectl;

namespace {

constexpr std::size_t writers = 6;
constexpr std::size_t pieces = 48;
constexpr std::size_t piece_bytes = 256U << 10U;  ///< sixteen of them fill the mailbox

/// Writes its numbered pieces, and notes and spawned processes in between, then ends.
class Writer {
 public:
  Writer(Mailbox& mailbox, plan::NodeId node) : mailbox_(mailbox), node_(node) {}

  void run() {
    for (std::size_t i = 0; i < pieces; ++i) {
      if (i % 4 == 0) mailbox_.post(node_, Mailbox::Spawned{{static_cast<pid_t>(i), 1}});
      if (i % 4 == 1) mailbox_.show({node_, event::StageNote{{}, std::to_string(i)}});
      std::string text = std::to_string(i) + "\n";
      text.resize(piece_bytes, '.');
      while (!mailbox_.offer_output(node_, Stream::out, text, Milliseconds{1})) tell(refused_);
    }
    mailbox_.post(node_, Mailbox::Ended{});
    ended_ = true;
    tell(refused_);
  }

  /// Until it stands before a full mailbox, or has ended.
  void await_refusal() const {
    const unsigned seen = refused_;
    if (!ended_) refused_.wait(seen);
  }

 private:
  static void tell(std::atomic<unsigned>& counter) {
    ++counter;
    counter.notify_all();
  }

  Mailbox& mailbox_;
  const plan::NodeId node_;
  std::atomic<unsigned> refused_{0};
  std::atomic<bool> ended_{false};
};

/// What the reader has got, checked as it comes.
class Received {
 public:
  void take(const Mailbox::Mail& mail) {
    for (const auto& shown : mail.shown) take(shown);
    for (const auto& state : mail.state) {
      if (std::holds_alternative<Mailbox::Spawned>(state.what)) ++spawned_;
      if (!std::holds_alternative<Mailbox::Ended>(state.what)) continue;
      ++ended_;
      in_order_ = in_order_ && next_.at(state.node) == pieces;
    }
  }
  [[nodiscard]] bool complete() const { return ended_ == writers; }
  [[nodiscard]] bool in_order() const { return in_order_; }
  [[nodiscard]] std::size_t spawned() const { return spawned_; }
  [[nodiscard]] std::size_t notes() const { return notes_; }

 private:
  void take(const Mailbox::Shown& shown) {
    auto& next = next_.at(shown.node);
    if (const auto* note = std::get_if<event::StageNote>(&shown.what)) {
      ++notes_;
      in_order_ = in_order_ && note->text == std::to_string(next);
    } else if (const auto* output = std::get_if<event::StageOutput>(&shown.what)) {
      in_order_ = in_order_ && output->text.starts_with(std::to_string(next) + "\n") &&
                  output->text.size() == piece_bytes;
      ++next;
    }
  }

  std::vector<std::size_t> next_ = std::vector<std::size_t>(writers);
  std::size_t ended_{0};
  std::size_t spawned_{0};
  std::size_t notes_{0};
  bool in_order_{true};
};

/// As the engine waits. The bound is for a bell that never rings: without a defect nobody gets
/// near.
bool hears_the_bell(const Mailbox& mailbox) {
  std::array sources{pollfd{mailbox.fd(), POLLIN, 0}, pollfd{mailbox.quiet_fd(), POLLIN, 0}};
  return ::poll(sources.data(), sources.size(), 2'000) > 0;
}

}  // namespace

TEST_CASE("writers and a reader that stalls again and again", "[mailbox][stress]") {
  Mailbox mailbox;
  std::deque<Writer> all;
  std::vector<std::thread> threads;
  for (plan::NodeId node = 0; node < writers; ++node) all.emplace_back(mailbox, node);
  threads.reserve(all.size());
  for (auto& writer : all) threads.emplace_back([&writer] { writer.run(); });
  Received received;
  bool heard = true;
  for (std::size_t turn = 0; heard && !received.complete(); ++turn) {
    if (turn % 2 == 0) {
      // Stalled: only state is taken, until no writer finds room any more, and once after that.
      received.take(mailbox.collect(Mailbox::Take::state_only));
      for (const auto& writer : all) writer.await_refusal();
      received.take(mailbox.collect(Mailbox::Take::state_only));
      if (received.complete()) break;
    }
    heard = hears_the_bell(mailbox);
    received.take(mailbox.collect(Mailbox::Take::everything));
  }
  while (!received.complete()) received.take(mailbox.collect(Mailbox::Take::everything));
  for (auto& thread : threads) thread.join();
  received.take(mailbox.collect(Mailbox::Take::everything));
  CHECK(heard);
  CHECK(received.in_order());
  CHECK(received.spawned() == writers * pieces / 4);
  CHECK(received.notes() == writers * pieces / 4);
}
