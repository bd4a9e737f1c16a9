#include "core/engine/worker_pool.hpp"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <latch>
#include <mutex>
#include <set>
#include <thread>

using pipectl::WorkerPool;

TEST_CASE("every task runs once, also those queued when the pool goes") {
  std::atomic<int> ran{0};
  {
    WorkerPool pool{3};
    for (int task = 0; task < 1'000; ++task) pool.submit([&] { ++ran; });
  }
  CHECK(ran == 1'000);
}

TEST_CASE("tasks run side by side up to the bound") {
  std::latch all_here{3};
  WorkerPool pool{3};
  std::latch done{3};
  for (int task = 0; task < 3; ++task)
    pool.submit([&] {
      all_here.arrive_and_wait();  // would hang if they ran one after another
      done.count_down();
    });
  done.wait();
  CHECK(all_here.try_wait());
}

TEST_CASE("there are never more threads than the bound") {
  std::mutex mutex;
  std::set<std::thread::id> threads;
  {
    WorkerPool pool{2};
    for (int task = 0; task < 200; ++task)
      pool.submit([&] {
        const std::lock_guard lock{mutex};
        threads.insert(std::this_thread::get_id());
      });
  }
  CHECK(threads.size() >= 1);
  CHECK(threads.size() <= 2);
}
