#pragma once

#include <memory>
#include <string>

#include "cli/sinks/text_writer.hpp"
#include "core/model/run_event.hpp"

namespace pipectl::ui {

/// A view that only ever adds text: what happened, in the order it happened. Pure.
class Transcript {
 public:
  virtual ~Transcript() = default;
  /// Adds to `out` what this event has to say.
  virtual void append(const RunEvent& event, std::string& out) = 0;
};

/// Writes a transcript to a descriptor.
class TranscriptSink final : public EventSink {
 public:
  TranscriptSink(std::unique_ptr<Transcript> transcript, int fd)
      : transcript_(std::move(transcript)), writer_(fd) {}
  void on_event(const RunEvent& event) noexcept override {
    text_.clear();
    transcript_->append(event, text_);
    writer_.write(text_);
  }
  [[nodiscard]] bool congested() const noexcept override { return writer_.congested(); }
  bool finish(SteadyTime deadline) noexcept override { return writer_.finish(deadline); }
  [[nodiscard]] int error() const noexcept override { return writer_.error(); }

 private:
  std::unique_ptr<Transcript> transcript_;
  sinks::TextWriter writer_;
  std::string text_;
};

}  // namespace pipectl::ui
