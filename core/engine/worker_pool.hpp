#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace pipectl {

/// Threads that run stages. A thread is made when a task finds none idle, so a run that never does
/// two things at once has one. The destructor waits for what runs and what is queued.
class WorkerPool {
 public:
  explicit WorkerPool(unsigned most) : most_(most) {}
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  void submit(std::function<void()> task);

 private:
  void work();

  const unsigned most_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> tasks_;  // protected by mutex_
  unsigned idle_{0};                         // protected by mutex_
  bool closing_{false};                      // protected by mutex_
  std::vector<std::thread> threads_;         // used by the submitting thread only
};

}  // namespace pipectl
