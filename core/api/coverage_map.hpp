#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/api/report_reader.hpp"

namespace pipectl {

/// Which lines and branches of which files were run, merged over everything that was told. A bit
/// for each line, kept sparsely: a report of any size that a real tool writes fits into some
/// megabytes, and a hostile one ends with is_full().
class CoverageMap {
 public:
  struct Share {
    std::uint64_t hit{0};
    std::uint64_t all{0};
    /// In percent; only where `all` is more than 0.
    [[nodiscard]] double percent() const noexcept {
      return 100.0 * static_cast<double>(hit) / static_cast<double>(all);
    }
  };

  void line(std::string_view file, std::uint32_t line, ReportSink::Hit hit);
  void branch(std::string_view file, std::uint32_t line, std::uint32_t way, ReportSink::Hit hit);

  [[nodiscard]] Share lines() const noexcept { return total(lines_); }
  [[nodiscard]] Share branches() const noexcept { return total(branches_); }
  [[nodiscard]] bool is_full() const noexcept { return full_; }

 private:
  struct Bits {
    std::uint64_t seen{0};
    std::uint64_t hit{0};
  };
  using Table = std::unordered_map<std::uint64_t, Bits>;

  [[nodiscard]] std::uint64_t number_of(std::string_view file);
  void mark(Table& table, std::uint64_t key, std::uint32_t bit, ReportSink::Hit hit);
  [[nodiscard]] static Share total(const Table& table) noexcept;

  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };
  std::unordered_map<std::string, std::uint64_t, Hash, std::equal_to<>> files_;
  std::string last_file_;  ///< reports go file by file
  std::uint64_t last_number_{0};
  std::size_t name_bytes_{0};
  Table lines_;     ///< by file and block of 64 lines
  Table branches_;  ///< by file and line
  bool full_{false};
};

}  // namespace pipectl
