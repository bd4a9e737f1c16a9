#include "core/engine/sample_change.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <functional>
#include <random>
#include <vector>

namespace pipectl {
namespace {

constexpr std::size_t resamples = 2'000;
constexpr std::size_t cut_off = resamples / 40;  // 2.5 % at each end
constexpr std::uint64_t seed = 0x9E3779B97F4A7C15U;

using Random = std::mt19937_64;
/// A statistic of samples drawn anew, as many as there were.
using Draw = std::function<double(Random&)>;

std::uint64_t count_of(const report::Samples& samples) {
  std::uint64_t count = 0;
  for (const auto& sample : samples) count += sample.count;
  return count;
}

/// 0 to 100.
std::optional<double> percent_of(std::string_view statistic) {
  if (!statistic.starts_with('p')) return std::nullopt;
  statistic.remove_prefix(1);
  double percent = 0;
  const char* const end = statistic.data() + statistic.size();
  const auto [rest, error] = std::from_chars(statistic.data(), end, percent);
  if (error != std::errc{} || rest != end || percent <= 0 || percent >= 100) return std::nullopt;
  return percent;
}

/// The smallest value that at least `rank` of them do not exceed.
double at_rank(const report::Samples& samples, std::uint64_t rank) {
  std::uint64_t seen = 0;
  for (const auto& sample : samples) {
    seen += sample.count;
    if (seen >= rank) return sample.value;
  }
  return samples.back().value;
}

std::uint64_t rank_of(double percent, std::uint64_t count) {
  const double rank = std::ceil(percent / 100 * static_cast<double>(count));
  return std::clamp<std::uint64_t>(static_cast<std::uint64_t>(rank), 1, count);
}

double mean_of(const report::Samples& samples, std::uint64_t count) {
  double sum = 0;
  for (const auto& sample : samples) sum += sample.value * static_cast<double>(sample.count);
  return sum / static_cast<double>(count);
}

/// The k-th of n values drawn from the samples stands where the k-th of n uniform numbers does, and
/// that is Beta(k, n + 1 - k): one number instead of n.
Draw percentile_draw(const report::Samples& samples, double percent, std::uint64_t count) {
  const auto rank = static_cast<double>(rank_of(percent, count));
  const auto all = static_cast<double>(count);
  return [&samples, rank, all](Random& random) {
    const double below = std::gamma_distribution<double>(rank)(random);
    const double above = std::gamma_distribution<double>(all + 1 - rank)(random);
    const double level = below / (below + above);
    return at_rank(samples, static_cast<std::uint64_t>(std::ceil(level * all)));
  };
}

/// Each sample is drawn as often as chance has it.
Draw mean_draw(const report::Samples& samples) {
  return [&samples](Random& random) {
    double sum = 0;
    double drawn = 0;
    for (const auto& sample : samples) {
      std::poisson_distribution<std::uint64_t> times(static_cast<double>(sample.count));
      const auto count = static_cast<double>(times(random));
      sum += sample.value * count;
      drawn += count;
    }
    return drawn > 0 ? sum / drawn : samples.front().value;
  };
}

struct Statistic {
  double value;
  Draw draw;
};

std::optional<Statistic> statistic_of(std::string_view name, const report::Samples& samples) {
  const auto count = count_of(samples);
  if (count == 0) return std::nullopt;
  if (name == "mean") return Statistic{mean_of(samples, count), mean_draw(samples)};
  const auto percent = percent_of(name);
  if (!percent) return std::nullopt;
  return Statistic{at_rank(samples, rank_of(*percent, count)),
                   percentile_draw(samples, *percent, count)};
}

double change(double before, double after) { return 100 * (after - before) / before; }

}  // namespace

std::optional<SampleChange> change_between(std::string_view statistic,
                                           const report::Samples& before,
                                           const report::Samples& after) {
  const auto old = statistic_of(statistic, before);
  const auto now = statistic_of(statistic, after);
  if (!old || !now || old->value <= 0) return std::nullopt;
  // The same samples are judged the same, however often.
  Random random(seed);  // NOLINT(cert-msc51-cpp)
  std::vector<double> changes;
  changes.reserve(resamples);
  for (std::size_t i = 0; i < resamples; ++i) {
    const double was = old->draw(random);
    const double is = now->draw(random);
    if (was > 0) changes.push_back(change(was, is));
  }
  if (changes.size() <= 2 * cut_off) return std::nullopt;
  std::ranges::sort(changes);
  return SampleChange{change(old->value, now->value),
                      {changes[cut_off], changes[changes.size() - 1 - cut_off]}};
}

}  // namespace pipectl
