#include "core/api/hash_counts.hpp"

#include <catch2/catch_test_macros.hpp>
#include <unordered_map>

namespace pipectl {
namespace {

TEST_CASE("a hash is told how often it was counted before") {
  HashCounts counts;
  CHECK(counts.count(7) == 0);
  CHECK(counts.count(7) == 1);
  CHECK(counts.count(0) == 0);
  CHECK(counts.count(0) == 1);
  CHECK(counts.count(7) == 2);
}

TEST_CASE("hashes that want the same slot are told apart, also after it grew") {
  HashCounts counts;
  std::unordered_map<std::size_t, std::uint32_t> expected;
  bool same = true;
  for (std::size_t i = 0; i < 4'000; ++i) {
    const std::size_t hash = (i % 1'500) << 20U;
    same = same && counts.count(hash) == expected[hash]++;
  }
  CHECK(same);
}

TEST_CASE("when there are too many, known ones are still counted") {
  HashCounts counts;
  for (std::size_t i = 0; i < HashCounts::most; ++i) counts.count(i * 31);
  CHECK_FALSE(counts.count(1).has_value());
  CHECK_FALSE(counts.count(1).has_value());
  CHECK(counts.count(31) == 1);
  CHECK(counts.count((HashCounts::most - 1) * 31) == 1);
}

}  // namespace
}  // namespace pipectl
