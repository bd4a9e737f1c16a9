#include "cli/sinks/text_writer.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>

#include "cli/sinks/descriptor.hpp"

namespace pipectl::sinks {
namespace {

// Text is gathered this long before it is written: 1,000 short stages wake the thread 100 times,
// not 3,000, and nobody sees a hundredth of a second.
constexpr Milliseconds gather_time{10};
constexpr std::size_t gather_bytes = 32U << 10U;

// SIGPIPE becomes EPIPE, and every other signal goes to the threads that expect it.
void block_all_signals() {
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace

// Held by the writer and by its thread: a thread that is stuck in a write outlives the writer.
struct TextWriter::State {
  State(int fd, std::size_t most) : out(fd), capacity(most), wake(::eventfd(0, EFD_CLOEXEC)) {}
  ~State() {
    if (wake >= 0) ::close(wake);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void run();
  bool take(std::string& batch);
  void write_all(std::string_view batch);
  bool wait_for_room();
  void wait_a_little();

  const Descriptor out;
  const std::size_t capacity;
  const int wake;                    ///< readable once the rest is given up
  std::atomic<std::size_t> held{0};  ///< bytes accepted and not yet written
  std::atomic<int> error{0};
  std::atomic<bool> given_up{false};

  std::mutex mutex;
  std::condition_variable changed;
  std::string buffer;     ///< protected by mutex
  bool finishing{false};  ///< protected by mutex
  bool ended{false};      ///< protected by mutex: the thread has left
  std::thread thread;
};

bool TextWriter::State::take(std::string& batch) {
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return finishing || !buffer.empty(); });
  if (!finishing && buffer.size() < gather_bytes)
    changed.wait_for(lock, gather_time, [&] { return finishing || buffer.size() >= gather_bytes; });
  batch.clear();
  batch.swap(buffer);
  return !batch.empty();
}

bool TextWriter::State::wait_for_room() {
  std::array<pollfd, 2> polled{{{out.fd(), POLLOUT, 0}, {wake, POLLIN, 0}}};
  while (::poll(polled.data(), polled.size(), -1) < 0 && errno == EINTR) {
  }
  return !given_up;
}

// A terminal can report room for one byte where a line break needs two.
void TextWriter::State::wait_a_little() {
  pollfd polled{wake, POLLIN, 0};
  ::poll(&polled, 1, static_cast<int>(gather_time.count()));
}

void TextWriter::State::write_all(std::string_view batch) {
  while (!batch.empty() && error == 0 && wait_for_room()) {
    const ssize_t written = out.write_some(batch);
    if (written < 0 && errno != EAGAIN && errno != EINTR) error = errno;
    if (written <= 0) {
      wait_a_little();
      continue;
    }
    batch.remove_prefix(static_cast<std::size_t>(written));
    held -= static_cast<std::size_t>(written);
  }
  held -= batch.size();  // dropped
}

void TextWriter::State::run() {
  block_all_signals();
  std::string batch;
  while (take(batch)) {
    write_all(batch);
    const std::scoped_lock lock(mutex);
    changed.notify_all();
  }
  const std::scoped_lock lock(mutex);
  ended = true;
  changed.notify_all();
}

TextWriter::TextWriter(int fd, std::size_t capacity)
    : state_(std::make_shared<State>(fd, capacity)) {
  state_->thread = std::thread([state = state_] { state->run(); });
}

TextWriter::~TextWriter() {
  const Milliseconds moment{100};
  if (!finish(std::chrono::steady_clock::now())) {
    give_up();
    if (!finish(std::chrono::steady_clock::now() + moment)) {
      state_->thread.detach();  // it hangs in a descriptor that can not be made non-blocking
      return;
    }
  }
  state_->thread.join();
}

void TextWriter::write(std::string_view text) noexcept {
  if (text.empty() || state_->error != 0) return;
  const std::scoped_lock lock(state_->mutex);
  if (state_->finishing) return;
  const std::size_t before = state_->buffer.size();
  state_->held += text.size();
  state_->buffer.append(text);
  // The thread sleeps on the first byte and, while it gathers, on a full batch.
  const bool full = before < gather_bytes && state_->buffer.size() >= gather_bytes;
  if (before == 0 || full) state_->changed.notify_all();
}

bool TextWriter::congested() const noexcept { return state_->held > state_->capacity; }
bool TextWriter::idle() const noexcept { return state_->held == 0; }
int TextWriter::error() const noexcept { return state_->error; }

bool TextWriter::finish(SteadyTime deadline) noexcept {
  std::unique_lock lock(state_->mutex);
  state_->finishing = true;
  state_->changed.notify_all();
  return state_->changed.wait_until(lock, deadline, [&] { return state_->ended; });
}

void TextWriter::give_up() noexcept {
  state_->given_up = true;
  const std::uint64_t one = 1;
  if (::write(state_->wake, &one, sizeof one) < 0) state_->error = errno;
}

}  // namespace pipectl::sinks
