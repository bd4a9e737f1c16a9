#pragma once

#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/store/run_store.hpp"
#include "tests/support/temp_folder.hpp"

namespace pipectl::store::fixture {

/// The value of a Result, or a failed test that says why.
template <class T>
T must(Result<T>&& result) {
  if (!result) FAIL(result.error().message);
  return take_value(std::move(result));
}

/// The error of a Result that has to have one.
template <class T>
Error error_of(Result<T>&& result) {
  if (result) FAIL("expected an error");
  return std::move(result).error();
}

inline WallTime at_second(long seconds) {
  return WallTime(std::chrono::seconds(1'795'190'000 + seconds));
}

inline RunRequest request_of(std::vector<std::string> stages) {
  RunRequest request;
  request.pipeline = "demo";
  request.file = "/project/pipeline.yaml";
  request.stages = std::move(stages);
  return request;
}

/// A store in a fresh folder.
struct StoreFixture {
  pipectl::test::TempFolder folder;
  std::filesystem::path state = folder / "state";
  std::unique_ptr<RunStore> store = must(RunStore::open(state));

  void reopen() {
    store.reset();
    store = must(RunStore::open(state));
  }
  Result<void> append(const std::string& run, const Transition& transition, long second = 0) const {
    return store->journal(run)->append({&transition, 1}, at_second(second));
  }
};

inline Outcome ended_as(Status status) {
  Outcome outcome;
  outcome.status = status;
  return outcome;
}

}  // namespace pipectl::store::fixture
