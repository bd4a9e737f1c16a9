#pragma once

#include <string>

#include "core/base/unique_fd.hpp"
#include "core/exec/executor.hpp"

namespace pipectl {

/// One pipe of a child on its way to the sink. Never blocks on the pipe, and holds at most one
/// piece that the sink has not taken yet.
class OutputChannel {
 public:
  OutputChannel(Stream stream, UniqueFd pipe, OutputSink& sink);

  /// The descriptor to poll for more; -1 while there is none to be read.
  [[nodiscard]] int wanted_fd() const noexcept { return pending_ ? -1 : pipe_.get(); }
  /// The writing end may still be open somewhere.
  [[nodiscard]] bool open() const noexcept { return static_cast<bool>(pipe_); }
  /// Something waits for room in the sink.
  [[nodiscard]] bool blocked() const noexcept { return pending_ || (!open() && !ended_); }
  /// All has been delivered, the end too.
  [[nodiscard]] bool done() const noexcept { return ended_; }

  /// Takes what is in the pipe, one piece at most.
  void read();
  /// Offers what is there to the sink; false when it refused.
  bool deliver(Milliseconds wait);
  /// Nothing will be read but what the pipe holds now. True when somebody still had it open.
  bool cut();
  /// Forgets what the sink refused, and all that would come after it. True when there was
  /// something.
  bool give_up();

 private:
  [[nodiscard]] std::size_t room() const noexcept;
  void grow();

  const Stream stream_;
  OutputSink& sink_;
  UniqueFd pipe_;
  std::string bytes_;
  std::size_t size_;  // of the next read
  std::size_t left_;  // to be read before the pipe is closed
  bool pending_{false};
  bool ended_{false};
};

}  // namespace pipectl
