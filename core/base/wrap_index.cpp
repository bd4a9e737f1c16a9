#include "core/base/wrap_index.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

namespace pipectl {
namespace {

constexpr std::size_t block_size = 4;

std::uint32_t block_of(const char* before, std::size_t count, const char* after) noexcept {
  std::array<char, block_size> bytes{};
  std::copy_n(before - count, count, bytes.begin());
  std::copy_n(after, block_size - count, bytes.begin() + static_cast<std::ptrdiff_t>(count));
  std::uint32_t block = 0;
  std::memcpy(&block, bytes.data(), sizeof block);
  return block;
}

std::size_t pair_of(char before, char after) noexcept {
  return static_cast<std::size_t>(static_cast<unsigned char>(before)) << 8U |
         static_cast<unsigned char>(after);
}

void lower(std::size_t& partial, std::size_t place) noexcept { partial = std::min(partial, place); }

}  // namespace

WrapIndex::WrapIndex(std::vector<std::string_view> forms, std::size_t longest)
    : forms_(std::move(forms)), longest_(longest) {
  for (std::uint32_t i = 0; i < forms_.size(); ++i) {
    const auto form = forms_[i];
    for (std::uint32_t before = 1; before <= std::min(longest_, form.size() - 1); ++before) {
      const std::size_t first = std::clamp<std::size_t>(before, 2, form.size() - 2) - 2;
      const char* const place = form.data() + before;
      entries_.push_back({block_of(place, before - first, place), i, before});
      pairs_.set(pair_of(form[before - 1], form[before]));
    }
  }
  std::sort(entries_.begin(), entries_.end(),
            [](const Entry& a, const Entry& b) { return a.block < b.block; });
  while (bits_ < 20 && (std::size_t{1} << bits_) < entries_.size() * 32) ++bits_;
  filter_.assign((std::size_t{1} << bits_) / 64, 0);
  for (const auto& entry : entries_)
    filter_[bit_of(entry.block) / 64] |= std::uint64_t{1} << bit_of(entry.block) % 64;
}

std::size_t WrapIndex::bit_of(std::uint32_t block) const noexcept {
  return (block * 0x9E3779B1U) >> (32U - bits_);
}

void WrapIndex::search(std::string_view text, Findings& found) const {
  if (entries_.empty()) return;
  for (const char mark : {'\n', '\\'}) {
    for (std::size_t from = 0; from < text.size();) {
      const void* const at = std::memchr(text.data() + from, mark, text.size() - from);
      if (at == nullptr) break;
      auto place = static_cast<std::size_t>(static_cast<const char*>(at) - text.data());
      from = place + 1;
      while (mark == '\n' && place > 0 && text[place - 1] == '\r') --place;
      // Most lines are not indented, and nothing need be known of them but their first byte.
      if (mark == '\n' && from < text.size() && text[from] > ' ' && text[from] != '\\')
        at_gap(text, {place, from, from}, found);
      else
        at_gap(text, gap_at(text, place), found);
    }
  }
}

void WrapIndex::at_gap(std::string_view text, const Gap& gap, Findings& found) const {
  if (gap.begin == 0 || gap.empty()) return;
  for (const std::size_t place : {gap.end, gap.breaks_end}) {
    if (place < text.size() && pairs_.test(pair_of(text[gap.begin - 1], text[place])))
      probe(text, gap, place, found);
    if (gap.breaks_end == gap.end) break;
  }
}

void WrapIndex::probe(std::string_view text, const Gap& gap, std::size_t place,
                      Findings& found) const {
  for (std::size_t before = 1; before < block_size; ++before) {
    if (before > gap.begin || place + block_size - before > text.size()) continue;
    const auto block = block_of(text.data() + gap.begin, before, text.data() + place);
    if ((filter_[bit_of(block) / 64] >> bit_of(block) % 64 & 1U) != 0)
      compare(text, gap, block, found);
  }
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
    const Gap gap = gap_before(text, text.size() - after);
    if (gap.empty()) continue;
    look_before(text, gap, gap.end, found);
    if (gap.breaks_end != gap.end) look_before(text, gap, gap.breaks_end, found);
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
