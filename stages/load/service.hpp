#pragma once

#include <mutex>
#include <optional>
#include <thread>

#include "stages/load/spec.hpp"

namespace pipectl::stages::load {

/// The service under test, running beside the stage's own thread. It is ended when this object
/// goes, whatever happened: interrupted, and killed when it does not listen.
class Service {
 public:
  /// Starts it. Both outlive the service.
  Service(const ServeSpec& spec, StageContext& context);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  /// Waits until it is healthy. The outcome of the stage when it is not: it ended, or its time did.
  [[nodiscard]] std::optional<Outcome> await();
  /// Cancelled when the stage is, and as soon as the service has ended.
  [[nodiscard]] CancelToken alive() const { return alive_.token(); }
  /// The outcome of a stage whose service ended by itself.
  [[nodiscard]] Outcome ended() const;
  /// Ends it and waits until it is gone. May be called again.
  void stop();

 private:
  void serve();

  const ServeSpec& spec_;
  StageContext& context_;
  CancelSource stop_;
  CancelSource alive_;
  mutable std::mutex mutex_;
  std::optional<Outcome> outcome_;  ///< guarded by mutex_
  std::jthread thread_;
};

}  // namespace pipectl::stages::load
