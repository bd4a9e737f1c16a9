#pragma once

#include <bitset>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/wrap_index.hpp"

namespace pipectl {

/// Finds any of many texts and puts `***` in their place. Immutable.
///
/// How it is fast: all texts are at least m bytes long, so whichever begins anywhere, one of its
/// first m-3 blocks of 4 bytes lies on every (m-3)rd place. Only these places are looked at, each
/// by one bit of a table that stays in the first-level cache; the probes do not depend on each
/// other (as the shifts of Wu-Manber do), so that the processor overlaps them. Only where the bit
/// is set are texts compared.
class SecretMatcher {
 public:
  /// Each at least 4 bytes long. Those that are `wrapped` are also found with line breaks in them.
  explicit SecretMatcher(std::vector<std::string> texts, std::vector<std::string> wrapped = {});
  ~SecretMatcher() = default;
  SecretMatcher(const SecretMatcher&) = delete;
  SecretMatcher& operator=(const SecretMatcher&) = delete;

  [[nodiscard]] bool contains(std::string_view text) const;

  enum class More { may_come, never };
  /// What a stream carries from one piece to the next.
  struct Carry {
    std::string held;        ///< bytes that may still begin a text
    std::size_t covered{0};  ///< so many of them are behind a `***` that is out already
    std::string behind;      ///< the last bytes that are out, before a line break and with it
  };

  /// Appends `carry.held` and `bytes` to `out`, every text in them replaced; texts that overlap
  /// become one `***`. What may still begin a text is left in `carry`.
  void redact(std::string_view bytes, std::string& out, Carry& carry, More more) const;

 private:
  struct Candidate {
    std::uint32_t text;    // index into texts_
    std::uint32_t offset;  // of the block in it
  };
  struct Bucket {
    std::uint32_t block{0};
    std::uint32_t first{0};  // range in candidates_
    std::uint32_t last{0};   // empty: a free bucket
  };
  using Match = Findings::Match;

  void index();
  [[nodiscard]] std::size_t bit_of(std::uint32_t block) const noexcept;
  [[nodiscard]] std::size_t slot_of(std::uint32_t block) const noexcept;
  [[nodiscard]] const Bucket* find(std::uint32_t block) const noexcept;
  [[nodiscard]] std::size_t next_hit(std::string_view text, std::size_t from) const noexcept;
  void compare(std::string_view text, std::size_t place, Findings& found) const;
  void compare_from(std::string_view text, std::size_t begin, std::span<const Candidate> candidates,
                    Findings& found) const;
  [[nodiscard]] Findings scan(std::string_view text, More more) const;
  static void keep(std::string_view text, std::size_t end, Carry& carry);
  [[nodiscard]] std::size_t short_partial(std::string_view text) const noexcept;

  std::vector<std::string> texts_;  // sorted
  std::vector<bool> wrapped_;       // by text
  WrapIndex wraps_;
  std::size_t shortest_{0};  // m, capped
  std::size_t stride_{1};    // m-3
  unsigned bits_{15};        // the filter has 2^bits_ bits
  std::vector<std::uint64_t> filter_;
  unsigned slot_bits_{4};
  std::vector<Bucket> buckets_;        // open addressing, a power of two
  std::vector<Candidate> candidates_;  // of a block: by offset, then by text
  std::bitset<65536> pairs_;           // first two bytes of the texts
};

}  // namespace pipectl
