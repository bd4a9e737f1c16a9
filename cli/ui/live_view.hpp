#pragma once

#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>

#include "cli/sinks/text_writer.hpp"
#include "cli/ui/failures.hpp"
#include "cli/ui/redraw.hpp"
#include "cli/ui/run_model.hpp"
#include "cli/ui/terminal.hpp"

namespace pipectl::ui {

/// Shows a run as one picture that is redrawn in place, at most 10 times a second, by a thread of
/// its own; then the failures, the summary and a closing line.
///
/// A terminal that does not read (Ctrl-S, a stalled connection) holds up nothing: a picture is only
/// drawn when the one before has been sent. The size is asked for before each picture, so that a
/// resized terminal needs no signal handler. Make it before any other thread: Ctrl-Z is blocked
/// from then on and taken by the drawing thread, which gives the terminal back in order (cursor and
/// all) before it stops the process.
class LiveView final : public EventSink {
 public:
  LiveView(int fd, const Terminal& terminal, LogPath log_path, const Clock& clock);
  ~LiveView() override;
  void on_event(const RunEvent& event) noexcept override;
  bool finish(SteadyTime deadline) noexcept override;
  [[nodiscard]] int error() const noexcept override { return writer_.error(); }

 private:
  void run();
  bool wait_for_tick();
  void draw();
  void suspend();
  void stop_drawing();
  [[nodiscard]] ScreenSize measure();
  [[nodiscard]] std::string ending();

  const int fd_;
  Terminal terminal_;  ///< the size in it is the drawing thread's, and finish()'s after that
  const LogPath log_path_;
  const Clock& clock_;
  sinks::TextWriter writer_;
  Redraw screen_;       ///< as terminal_
  bool hidden_{false};  ///< as terminal_: the cursor is
  unsigned tick_{0};    ///< as terminal_
  sigset_t signals_before_{};

  std::mutex mutex_;
  RunModel model_;     ///< protected by mutex_
  std::string above_;  ///< protected by mutex_: to be printed over the picture, for good
  bool stop_{false};   ///< protected by mutex_
  std::thread thread_;
};

}  // namespace pipectl::ui
