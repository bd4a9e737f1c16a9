#include "core/base/wrap_index.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <string>

#include "core/base/byte_block.hpp"

namespace pipectl {
namespace {

/// Where the break that goes on at `place` begins.
std::size_t break_begin(std::string_view text, std::size_t place) noexcept {
  while (place > 0 && text[place - 1] == '\r') --place;
  return place;
}

using Bytes = std::array<bool, 256>;

/// What no gap goes on with behind a line break, nor before one.
constexpr Bytes begins_line = [] {
  Bytes plain{};
  for (std::size_t byte = '!'; byte < plain.size(); ++byte) plain[byte] = true;
  plain['\\'] = plain['='] = false;
  return plain;
}();
constexpr Bytes ends_line = [] {
  Bytes plain{};
  plain.fill(true);
  plain['\r'] = plain['='] = false;
  return plain;
}();

std::size_t byte_at(std::string_view text, std::size_t place) noexcept {
  return static_cast<unsigned char>(text[place]);
}

template <class Visit>
void for_each(std::string_view text, char mark, Visit&& visit) {
  for (std::size_t from = 0; from < text.size();) {
    const void* const at = std::memchr(text.data() + from, mark, text.size() - from);
    if (at == nullptr) return;
    const auto place = static_cast<std::size_t>(static_cast<const char*>(at) - text.data());
    from = place + 1;
    visit(place);
  }
}

/// One that is no part of \r\n. Lines that end with these are many; this is one pass without a
/// branch.
bool has_lone_return(std::string_view text) noexcept {
  const std::size_t first = text.find('\r');
  if (first == std::string_view::npos) return false;
  if (text.back() == '\r') return true;
  unsigned lone = 0;
  for (std::size_t i = first; i + 1 < text.size(); ++i)
    lone |= static_cast<unsigned>(text[i] == '\r') & static_cast<unsigned>(text[i + 1] != '\n');
  return lone != 0;
}

void lower(std::size_t& partial, std::size_t place) noexcept { partial = std::min(partial, place); }

}  // namespace

/// What stands next to a gap: the last bytes before it, the first behind it.
struct WrapIndex::Around {
  std::uint32_t left;
  std::uint32_t right;
  /// The `before` last bytes of the left and the first ones of the right.
  [[nodiscard]] std::uint32_t block(unsigned before) const noexcept {
    if constexpr (std::endian::native == std::endian::big)
      return left << 8 * (block_size - before) | right >> 8 * before;
    return left >> 8 * (block_size - before) | right << 8 * before;
  }
};

WrapIndex::WrapIndex(std::vector<std::string_view> forms, std::size_t longest)
    : forms_(std::move(forms)), longest_(longest) {
  for (std::uint32_t i = 0; i < forms_.size(); ++i) {
    const auto form = forms_[i];
    for (std::uint32_t before = 1; before <= std::min(longest_, form.size() - 1); ++before) {
      // Behind the gap, blanks of the form cannot be told from indentation: neither counts.
      const auto rest = form.substr(std::min(form.find_first_not_of(" \t", before), form.size()));
      const std::size_t left = std::max(std::min<std::size_t>(before, 2),
                                        block_size - std::min(rest.size(), block_size));
      if (left > before || left == block_size) continue;
      std::string block(form.substr(before - left, left));
      block += rest.substr(0, block_size - left);
      entries_.push_back({block_at(block.data()), i, before});
    }
  }
  std::sort(entries_.begin(), entries_.end(),
            [](const Entry& a, const Entry& b) { return a.block < b.block; });
  while (bits_ < 20 && (std::size_t{1} << bits_) < entries_.size() * 128) ++bits_;
  filter_.assign((std::size_t{1} << bits_) / 64, 0);
  for (const auto& entry : entries_)
    filter_[bit_of(entry.block) / 64] |= std::uint64_t{1} << bit_of(entry.block) % 64;
}

std::size_t WrapIndex::bit_of(std::uint32_t block) const noexcept {
  return (block * 0x9E3779B1U) >> (32U - bits_);
}

/// Which of the blocks around a gap may be of a form: bit n stands for n bytes before it.
inline unsigned WrapIndex::hits(Around around) const noexcept {
  unsigned found = 0;
  for (unsigned before = 1; before < block_size; ++before) {
    const std::size_t bit = bit_of(around.block(before));
    found |= static_cast<unsigned>(filter_[bit / 64] >> bit % 64 & 1U) << before;
  }
  return found;
}

void WrapIndex::search(std::string_view text, Findings& found) const {
  if (entries_.empty()) return;
  for_each(text, '\n', [&](std::size_t place) { at_line_end(text, place, found); });
  for_each(text, '\\', [&](std::size_t place) { probe(text, gap_at(text, place), found); });
  if (!has_lone_return(text)) return;
  for_each(text, '\r', [&](std::size_t place) {
    if (place + 1 == text.size() || text[place + 1] != '\n') at_line_end(text, place, found);
  });
}

/// Nearly all that is looked at are plain ends of lines: \n, \r\n or \r. They are done with by one
/// branch.
inline void WrapIndex::at_line_end(std::string_view text, std::size_t place,
                                   Findings& found) const {
  constexpr std::uint64_t blanks = 0x2020202020202020U;
  const std::size_t next = place + 1;
  if (place > block_size && next + sizeof blanks + block_size <= text.size()) {
    const std::size_t begin = place - static_cast<std::size_t>(text[place - 1] == '\r');
    std::uint64_t line = 0;
    std::memcpy(&line, text.data() + next, sizeof line);
    if constexpr (std::endian::native == std::endian::big) line = __builtin_bswap64(line);
    const auto indentation = static_cast<std::size_t>(std::countr_zero(line ^ blanks)) / 8;
    const std::size_t end = next + indentation;
    if (begins_line[byte_at(text, end)] && ends_line[byte_at(text, begin - 1)]) {
      const Around around{block_at(text.data() + begin - block_size), block_at(text.data() + end)};
      if (hits(around) != 0) probe(text, {begin, next, end}, found);
      return;
    }
  }
  const std::size_t begin = break_begin(text, place);
  probe(text, gap_at(text, begin), found);
  // The `=` may be of the form, or a soft break's.
  if (begin > 0 && text[begin - 1] == '=') probe(text, gap_at(text, begin - 1), found);
}

void WrapIndex::probe(std::string_view text, const Gap& gap, Findings& found) const {
  if (gap.begin == 0 || gap.empty() || gap.end == text.size()) return;
  const std::size_t left = std::min(gap.begin, block_size);
  const std::size_t right = std::min(text.size() - gap.end, block_size);
  std::array<char, 2 * block_size> bytes{};
  std::memcpy(bytes.data() + block_size - left, text.data() + gap.begin - left, left);
  std::memcpy(bytes.data() + block_size, text.data() + gap.end, right);
  const Around around{block_at(bytes.data()), block_at(bytes.data() + block_size)};
  const unsigned hit = hits(around);
  for (unsigned before = 1; before < block_size; ++before)
    if ((hit >> before & 1U) != 0) compare(text, gap, around.block(before), found);
}

void WrapIndex::compare(std::string_view text, const Gap& gap, std::uint32_t block,
                        Findings& found) const {
  auto entry = std::lower_bound(entries_.begin(), entries_.end(), block,
                                [](const Entry& a, std::uint32_t b) { return a.block < b; });
  for (; entry != entries_.end() && entry->block == block; ++entry) {
    const auto form = forms_[entry->form];
    const std::size_t before = entry->before;
    if (before > gap.begin || text.substr(gap.begin - before, before) != form.substr(0, before))
      continue;
    const std::size_t place = behind(gap, form, before);
    const std::size_t begin = before > visible_before_gap ? gap.begin - before : place;
    const Fit fit = fit_wrapped(text, place, form, before);
    if (fit.kind == Fit::Kind::whole) found.matches.push_back({begin, fit.end});
    if (fit.kind == Fit::Kind::cut_off) lower(found.partial, begin);
  }
}

void WrapIndex::look_at_end(std::string_view text, Findings& found) const {
  if (entries_.empty()) return;
  for (std::size_t after = 0; after < std::min(block_size, text.size()); ++after) {
    Gap gap = gap_before(text, text.size() - after);
    for (; !gap.empty(); ++gap.begin) {
      look_before(text, gap, gap.end, found);
      if (gap.breaks_end != gap.end) look_before(text, gap, gap.breaks_end, found);
      if (text[gap.begin] != '=') break;  // it may be of the form, or a soft break's
    }
  }
}

void WrapIndex::look_before(std::string_view text, const Gap& gap, std::size_t place,
                            Findings& found) const {
  const std::size_t longest = std::min(longest_, gap.begin);
  std::string unwrapped(text.substr(gap.begin - longest, longest));
  unwrapped += text.substr(place);
  for (std::size_t before = longest; before > 0; --before) {
    const auto beginning = std::string_view(unwrapped).substr(longest - before);
    const auto at = std::lower_bound(forms_.begin(), forms_.end(), beginning);
    if (at == forms_.end() || !at->starts_with(beginning)) continue;
    return lower(found.partial, before > visible_before_gap ? gap.begin - before : place);
  }
}

}  // namespace pipectl
