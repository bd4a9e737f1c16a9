#pragma once

#include <map>
#include <string>

#include "core/model/run_event.hpp"

namespace pipectl::cli {

/// `--quiet`: passes on how stages end and what people must read, not what stages print. The last
/// lines of each are kept back and come out when it fails, because then they are what one looks
/// for.
class QuietSink final : public EventSink {
 public:
  explicit QuietSink(EventSink& next) : next_(next) {}
  void on_event(const RunEvent& event) noexcept override;
  [[nodiscard]] bool congested() const noexcept override { return next_.congested(); }
  bool finish(SteadyTime deadline) noexcept override { return next_.finish(deadline); }

 private:
  void keep(const event::StageOutput& output);
  void give_back(const RunEvent& event, const event::StageFinished& finished);

  EventSink& next_;
  std::map<std::string, std::string, std::less<>> tails_;  ///< of stages that run
};

}  // namespace pipectl::cli
