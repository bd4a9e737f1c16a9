#include "core/engine/worker_pool.hpp"

#include <utility>

namespace pipectl {

WorkerPool::~WorkerPool() {
  {
    const std::lock_guard lock{mutex_};
    closing_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void WorkerPool::submit(std::function<void()> task) {
  bool grow = false;
  {
    const std::lock_guard lock{mutex_};
    tasks_.push_back(std::move(task));
    grow = tasks_.size() > idle_ && threads_.size() < most_;
  }
  if (grow)
    threads_.emplace_back([this] { work(); });
  else
    wake_.notify_one();
}

void WorkerPool::work() {
  std::unique_lock lock{mutex_};
  while (true) {
    ++idle_;
    wake_.wait(lock, [this] { return closing_ || !tasks_.empty(); });
    --idle_;
    if (tasks_.empty()) return;
    auto task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task();
    task = nullptr;
    lock.lock();
  }
}

}  // namespace pipectl
