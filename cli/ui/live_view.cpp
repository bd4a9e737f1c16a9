#include "cli/ui/live_view.hpp"

#include <fmt/format.h>
#include <pthread.h>
#include <unistd.h>

#include <utility>

#include "cli/ui/display.hpp"
#include "cli/ui/live_frame.hpp"
#include "cli/ui/style.hpp"
#include "cli/ui/summary.hpp"

namespace pipectl::ui {
namespace {

constexpr timespec frame_time{0, 100'000'000};  // 10 a second

// The job control signal of Ctrl-Z, and the one that only wakes the drawing thread.
sigset_t own_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGTSTP);
  ::sigaddset(&set, SIGURG);
  return set;
}

}  // namespace

LiveView::LiveView(int fd, const Terminal& terminal, LogPath log_path, const Clock& clock)
    : fd_(fd), terminal_(terminal), log_path_(std::move(log_path)), clock_(clock), writer_(fd) {
  const auto set = own_signals();
  ::pthread_sigmask(SIG_BLOCK, &set, &signals_before_);
  thread_ = std::thread([this] { run(); });
}

LiveView::~LiveView() {
  finish(std::chrono::steady_clock::now());
  ::pthread_sigmask(SIG_SETMASK, &signals_before_, nullptr);
}

void LiveView::on_event(const RunEvent& event) noexcept {
  const std::scoped_lock lock(mutex_);
  model_.apply(event);
  if (const auto* warning = std::get_if<event::Warning>(&event.what))
    above_ += fmt::format("{} {}\n", painted("warning:", Paint::yellow, terminal_.colour),
                          shown_line(warning->text, terminal_));
}

void LiveView::run() {
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
  while (wait_for_tick()) draw();
}

bool LiveView::wait_for_tick() {
  const auto set = own_signals();
  if (::sigtimedwait(&set, nullptr, &frame_time) == SIGTSTP) suspend();
  const std::scoped_lock lock(mutex_);
  return !stop_;
}

ScreenSize LiveView::measure() {
  const auto facts = query_terminal(fd_);
  if (facts.columns > 0) terminal_.columns = facts.columns;
  if (facts.rows > 0) terminal_.rows = facts.rows;
  return {terminal_.columns, terminal_.rows};
}

void LiveView::draw() {
  if (!writer_.idle()) return;
  const auto size = measure();
  std::string out = hidden_ ? "" : hide_cursor;
  std::vector<std::string> frame;
  {
    const std::scoped_lock lock(mutex_);
    if (model_.run().empty()) return;  // until it starts, the terminal is not ours
    if (!above_.empty()) out += screen_.clear(size) + std::exchange(above_, {});
    frame = draw_frame(model_, terminal_, clock_.wall(), tick_++);
  }
  hidden_ = true;
  writer_.write(out + screen_.show(std::move(frame), size));
}

// The picture stays where it is; the shell writes below it.
void LiveView::suspend() {
  if (hidden_) writer_.write(std::string{"\r\n"} + show_cursor);
  hidden_ = false;
  for (int i = 0; i < 10 && !writer_.idle(); ++i) {
    timespec pause{0, 10'000'000};
    ::nanosleep(&pause, nullptr);
  }
  ::kill(::getpid(), SIGSTOP);
  screen_ = Redraw{};
}

void LiveView::stop_drawing() {
  {
    const std::scoped_lock lock(mutex_);
    stop_ = true;
  }
  ::pthread_kill(thread_.native_handle(), SIGURG);
  thread_.join();
}

std::string LiveView::ending() {
  std::string out = screen_.clear(measure()) + std::exchange(above_, {});
  const auto part = [&](const std::string& text) {
    if (!text.empty()) out += text + '\n';
  };
  if (model_.result()) {
    part(unfold_failures(model_, log_path_, terminal_));
    part(summary_table(model_, terminal_));
    out += closing_line(model_, terminal_);
  }
  return hidden_ ? out + show_cursor : out;
}

bool LiveView::finish(SteadyTime deadline) noexcept {
  if (thread_.joinable()) {
    stop_drawing();
    writer_.write(ending());
  }
  return writer_.finish(deadline);
}

}  // namespace pipectl::ui
