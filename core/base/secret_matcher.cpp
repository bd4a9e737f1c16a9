#include "core/base/secret_matcher.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <utility>

#include "core/base/byte_block.hpp"

namespace pipectl {
namespace {

constexpr std::size_t longest_stride = 16;  // longer ones only make the filter denser
constexpr std::string_view stars = "***";

std::uint32_t mixed(std::uint32_t block) noexcept { return block * 0x9E3779B1U; }

bool by_begin(const Findings::Match& a, const Findings::Match& b) noexcept {
  return a.begin < b.begin;
}

std::size_t pair_at(const char* place) noexcept {
  return static_cast<std::size_t>(static_cast<unsigned char>(place[0])) << 8U |
         static_cast<unsigned char>(place[1]);
}

}  // namespace

SecretMatcher::SecretMatcher(std::vector<std::string> texts, std::vector<std::string> wrapped)
    : texts_(std::move(texts)) {
  texts_.insert(texts_.end(), wrapped.begin(), wrapped.end());
  std::sort(texts_.begin(), texts_.end());
  texts_.erase(std::unique(texts_.begin(), texts_.end()), texts_.end());
  if (texts_.empty()) return;
  shortest_ = longest_stride + block_size - 1;
  for (const auto& text : texts_) shortest_ = std::min(shortest_, text.size());
  stride_ = shortest_ - block_size + 1;
  index();
  wrapped_.resize(texts_.size());
  std::vector<std::string_view> forms;
  std::sort(wrapped.begin(), wrapped.end());
  for (std::size_t i = 0; i < texts_.size(); ++i) {
    wrapped_[i] = std::binary_search(wrapped.begin(), wrapped.end(), texts_[i]);
    if (wrapped_[i]) forms.emplace_back(texts_[i]);
  }
  wraps_ = WrapIndex(std::move(forms), shortest_ - 1);
}

void SecretMatcher::index() {
  std::map<std::uint32_t, std::vector<Candidate>> by_block;
  const auto by_offset = [](const Candidate& candidate) {
    return std::pair(candidate.offset, candidate.text);
  };
  for (std::uint32_t i = 0; i < texts_.size(); ++i) {
    pairs_.set(pair_at(texts_[i].data()));
    for (std::uint32_t offset = 0; offset < stride_; ++offset)
      by_block[block_at(texts_[i].data() + offset)].push_back({i, offset});
  }
  while (bits_ < 18 && (std::size_t{1} << bits_) < by_block.size() * 64) ++bits_;
  filter_.assign((std::size_t{1} << bits_) / 64, 0);
  while (slot_bits_ < 31 && (std::size_t{1} << slot_bits_) < by_block.size() * 2) ++slot_bits_;
  buckets_.assign(std::size_t{1} << slot_bits_, {});
  for (auto& [block, candidates] : by_block) {
    std::ranges::sort(candidates, {}, by_offset);
    filter_[bit_of(block) / 64] |= std::uint64_t{1} << bit_of(block) % 64;
    std::size_t slot = slot_of(block);
    while (buckets_[slot].last != 0) slot = (slot + 1) % buckets_.size();
    const auto first = static_cast<std::uint32_t>(candidates_.size());
    candidates_.insert(candidates_.end(), candidates.begin(), candidates.end());
    buckets_[slot] = {block, first, static_cast<std::uint32_t>(candidates_.size())};
  }
}

std::size_t SecretMatcher::bit_of(std::uint32_t block) const noexcept {
  return mixed(block) >> (32U - bits_);
}

std::size_t SecretMatcher::slot_of(std::uint32_t block) const noexcept {
  return mixed(block) >> (32U - slot_bits_);
}

const SecretMatcher::Bucket* SecretMatcher::find(std::uint32_t block) const noexcept {
  for (std::size_t slot = slot_of(block); buckets_[slot].last != 0;
       slot = (slot + 1) % buckets_.size())
    if (buckets_[slot].block == block) return &buckets_[slot];
  return nullptr;
}

/// The first place from `from` on, in strides, whose bit is set; behind the text when there is
/// none. The innermost loop of all output: it calls no function that the compiler might not inline.
std::size_t SecretMatcher::next_hit(std::string_view text, std::size_t from) const noexcept {
  const char* const data = text.data();
  const std::uint64_t* const filter = filter_.data();
  const unsigned shift = 32U - bits_;
  const std::size_t stride = stride_;
  const auto probe = [=](std::size_t place) {
    const std::uint32_t bit = mixed(block_at(data + place)) >> shift;
    return static_cast<unsigned>(filter[bit / 64] >> bit % 64) & 1U;
  };
  std::size_t place = from;
  for (; place + 3 * stride + block_size <= text.size(); place += 4 * stride) {
    // One branch for four probes.
    const unsigned any = probe(place) | probe(place + stride) | probe(place + 2 * stride) |
                         probe(place + 3 * stride);
    if (any != 0) break;
  }
  while (place + block_size <= text.size() && probe(place) == 0) place += stride;
  return place;
}

/// Everything that begins within the stride that ends at `place`.
void SecretMatcher::compare(std::string_view text, std::size_t place, Findings& found) const {
  const Bucket* const bucket = find(block_at(text.data() + place));
  if (bucket == nullptr) return;
  const auto before = static_cast<std::ptrdiff_t>(found.matches.size());
  auto open = std::span(candidates_).subspan(bucket->first, bucket->last - bucket->first);
  while (!open.empty() && open.front().offset <= place) {
    const std::uint32_t offset = open.front().offset;
    const auto same = std::ranges::partition_point(
        open, [offset](const Candidate& candidate) { return candidate.offset == offset; });
    const auto size = static_cast<std::size_t>(same - open.begin());
    compare_from(text, place - offset, open.first(size), found);
    open = open.subspan(size);
  }
  std::sort(found.matches.begin() + before, found.matches.end(), by_begin);
}

/// The texts of `candidates`, which have one offset, at one place. They are in order: of the many
/// lines of a long secret only those are compared that are like the text up to the block's end.
void SecretMatcher::compare_from(std::string_view text, std::size_t begin,
                                 std::span<const Candidate> candidates, Findings& found) const {
  // The block itself must lie before a wrapped form's first gap: else it does not tell where the
  // form begins.
  const std::size_t sure = candidates.front().offset + block_size;
  const auto begins = [this, sure](const Candidate& candidate) {
    return std::string_view(texts_[candidate.text]).substr(0, sure);
  };
  const auto window = text.substr(begin, sure);
  auto candidate = std::ranges::lower_bound(candidates, window, {}, begins);
  for (; candidate != candidates.end() && begins(*candidate) == window; ++candidate) {
    const std::string& wanted = texts_[candidate->text];
    const std::size_t size = std::min(wanted.size(), text.size() - begin);
    if (std::memcmp(text.data() + begin, wanted.data(), size) != 0) {
      if (!wrapped_[candidate->text]) continue;
      const Fit fit = fit_wrapped(text, begin, wanted, 0);
      if (fit.kind == Fit::Kind::whole) found.matches.push_back({begin, fit.end});
      if (fit.kind == Fit::Kind::cut_off) found.partial = std::min(found.partial, begin);
    } else if (size == wanted.size()) {
      found.matches.push_back({begin, begin + size});
    } else {
      found.partial = std::min(found.partial, begin);
    }
  }
}

Findings SecretMatcher::scan(std::string_view text, More more) const {
  Findings found{{}, text.size()};
  if (texts_.empty()) return found;
  std::size_t place = stride_ - 1;
  // What lies behind a text that is cut off is looked at with the rest of it, next time.
  while (more == More::never || found.partial == text.size()) {
    place = next_hit(text, place);
    if (place + block_size > text.size()) break;
    compare(text, place, found);
    place += stride_;
  }
  if (found.partial == text.size()) found.partial = short_partial(text);
  const std::size_t unwrapped = found.matches.size();
  wraps_.search(text, found);
  if (found.matches.size() != unwrapped)
    std::sort(found.matches.begin(), found.matches.end(), by_begin);
  if (more == More::never)
    found.partial = text.size();
  else
    wraps_.look_at_end(text, found);
  return found;
}

/// Beginnings that are too short to hold one of the places that scan() looks at.
std::size_t SecretMatcher::short_partial(std::string_view text) const noexcept {
  const std::size_t longest = std::min(shortest_ - 1, text.size());
  for (std::size_t begin = text.size() - longest; begin < text.size(); ++begin) {
    const auto tail = text.substr(begin);
    if (tail.size() > 1 && !pairs_.test(pair_at(tail.data()))) continue;
    const auto at = std::lower_bound(texts_.begin(), texts_.end(), tail);
    if (at != texts_.end() && at->starts_with(tail)) return begin;
  }
  return text.size();
}

bool SecretMatcher::contains(std::string_view text) const {
  return !scan(text, More::never).matches.empty();
}

void SecretMatcher::redact(std::string_view bytes, std::string& out, Carry& carry,
                           More more) const {
  const std::size_t from = out.size();
  const std::size_t fresh = from + carry.behind.size();
  out.append(carry.behind).append(carry.held).append(bytes);
  const auto text = std::string_view(out).substr(from);
  const Findings found = scan(text, more);
  const std::size_t end = std::max(from + found.partial, fresh);
  keep(text, end - from, carry);

  // In place: three stars never need more room than what they replace.
  std::size_t write = from;
  std::size_t read = fresh;
  std::size_t covered = fresh + carry.covered;  // all before this is behind stars
  const auto keep_until = [&](std::size_t place) {
    read = std::max(read, covered);
    if (write != read) std::memmove(out.data() + write, out.data() + read, place - read);
    write += place - read;
    read = place;
  };
  for (const Match& match : found.matches) {
    if (from + match.end < fresh + stars.size()) continue;  // was out before
    const std::size_t begin = std::max(from + match.begin, fresh);
    if (begin >= end) break;
    if (begin >= covered) {
      keep_until(begin);
      std::memcpy(out.data() + write, stars.data(), stars.size());
      write += stars.size();
    }
    covered = std::max(covered, from + match.end);
  }
  carry.covered = covered > end ? covered - end : 0;
  if (covered <= end) keep_until(end);
  out.resize(write);
}

/// What the next piece has to know of a text that is passed on up to `end`.
void SecretMatcher::keep(std::string_view text, std::size_t end, Carry& carry) {
  carry.held.assign(text.substr(end));
  const Gap gap = gap_before(text.substr(0, end), end);
  const std::size_t begin = gap.begin - std::min(gap.begin, visible_before_gap);
  // What is held may begin with a gap, too, or with the last byte before one.
  bool wanted = !gap.empty();
  for (std::size_t at = 0; at < std::min(visible_before_gap, carry.held.size()); ++at)
    wanted = wanted || !gap_at(carry.held, at).empty() || carry.held[at] == '\\' ||
             carry.held[at] == '=';
  carry.behind.assign(wanted ? text.substr(begin, end - begin) : "");
}

}  // namespace pipectl
