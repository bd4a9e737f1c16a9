#include "core/api/coverage_map.hpp"

#include <algorithm>
#include <bit>

namespace pipectl {
namespace {

constexpr std::size_t most_entries = 400'000;      // of each table
constexpr std::size_t most_name_bytes = 16 << 20;  // of all files
constexpr unsigned file_shift = 32;
constexpr std::uint32_t bits_each = 64;

}  // namespace

std::uint64_t CoverageMap::number_of(std::string_view file) {
  if (file == last_file_ && !files_.empty()) return last_number_;
  auto hit = files_.find(file);
  if (hit == files_.end()) {
    name_bytes_ += file.size() + sizeof(*hit);
    if (name_bytes_ > most_name_bytes) full_ = true;
    if (full_) return 0;
    hit = files_.emplace(std::string(file), files_.size()).first;
  }
  last_file_ = file;
  last_number_ = hit->second;
  return last_number_;
}

void CoverageMap::mark(Table& table, std::uint64_t key, std::uint32_t bit, ReportSink::Hit hit) {
  if (full_) return;
  if (table.size() >= most_entries && !table.contains(key)) {
    full_ = true;
    return;
  }
  Bits& bits = table[key];
  bits.seen |= 1ULL << bit;
  if (hit == ReportSink::Hit::yes) bits.hit |= 1ULL << bit;
}

void CoverageMap::line(std::string_view file, std::uint32_t line, ReportSink::Hit hit) {
  mark(lines_, number_of(file) << file_shift | line / bits_each, line % bits_each, hit);
}

void CoverageMap::branch(std::string_view file, std::uint32_t line, std::uint32_t way,
                         ReportSink::Hit hit) {
  mark(branches_, number_of(file) << file_shift | line, std::min(way, bits_each - 1), hit);
}

CoverageMap::Share CoverageMap::total(const Table& table) noexcept {
  Share share;
  for (const auto& [key, bits] : table) {
    share.all += static_cast<std::uint64_t>(std::popcount(bits.seen));
    share.hit += static_cast<std::uint64_t>(std::popcount(bits.hit));
  }
  return share;
}

}  // namespace pipectl
