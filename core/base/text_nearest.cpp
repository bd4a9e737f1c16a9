#include <algorithm>
#include <array>
#include <limits>
#include <tuple>

#include "core/base/text.hpp"

namespace pipectl {
namespace {

/// Longer names are never typing errors worth the quadratic time.
constexpr std::size_t max_length = 100;

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// How many mistakes one makes in a name of this length and still means it.
std::size_t tolerance(std::size_t length) noexcept { return length < 3 ? 0 : 1 + (length - 2) / 4; }

using Row = std::array<std::size_t, max_length + 1>;

/// Optimal string alignment distance, upper and lower case alike; anything above `limit` may come
/// back as `limit + 1`.
std::size_t distance(std::string_view a, std::string_view b, std::size_t limit) {
  Row before{};
  Row above{};
  Row row{};
  for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    std::size_t least = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0U : 1U)});
      const bool swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                           lower(a[i - 2]) == lower(b[j - 1]);
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
      least = std::min(least, row[j]);
    }
    if (least > limit) return limit + 1;
    before = above;
    above = row;
  }
  return above[b.size()];
}

std::size_t different_letters(std::string_view a, std::string_view b) noexcept {
  std::size_t count = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) count += a[i] != b[i] ? 1U : 0U;
  return count;
}

/// `runn` for `run`: a key that was pressed twice is likelier than a wrong one.
bool is_doubled(std::string_view word, std::string_view candidate) {
  if (word.size() != candidate.size() + 1) return false;
  const auto at =
      static_cast<std::size_t>(std::ranges::mismatch(word, candidate).in1 - word.begin());
  return at > 0 && word[at] == word[at - 1] && word.substr(at + 1) == candidate.substr(at);
}

}  // namespace

std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> candidates) {
  if (word.empty() || word.size() > max_length) return std::nullopt;
  std::optional<std::string_view> best;
  auto best_rank =
      std::tuple(std::numeric_limits<std::size_t>::max(), 0, std::size_t{0}, std::size_t{0});
  for (const auto candidate : candidates) {
    if (candidate.empty() || candidate.size() > max_length || candidate == word) continue;
    const std::size_t longer = std::max(word.size(), candidate.size());
    const std::size_t shorter = std::min(word.size(), candidate.size());
    const std::size_t limit = std::min(tolerance(longer), std::get<0>(best_rank));
    if (longer - shorter > limit) continue;
    const std::size_t mistakes = distance(word, candidate, limit);
    if (mistakes > limit || mistakes >= shorter) continue;
    const auto rank = std::tuple(mistakes, is_doubled(word, candidate) ? 0 : 1, longer - shorter,
                                 different_letters(word, candidate));
    if (rank >= best_rank) continue;
    best = candidate;
    best_rank = rank;
  }
  return best;
}

std::string suggestion(std::string_view word, std::span<const std::string_view> candidates) {
  const auto best = nearest(word, candidates);
  return best ? "did you mean '" + std::string(*best) + "'?" : std::string();
}

}  // namespace pipectl
