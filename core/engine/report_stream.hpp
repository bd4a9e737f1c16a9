#pragma once

#include <cstdint>
#include <filesystem>
#include <ios>
#include <optional>
#include <streambuf>
#include <vector>

#include "core/base/cancel.hpp"
#include "core/base/result.hpp"
#include "core/base/unique_fd.hpp"

namespace pipectl {

/// A regular file under a stream that ends early when its stage is cancelled. Can be read again
/// from its beginning (`seekg(0)`), and from nowhere else.
class ReportStream final : public std::streambuf {
 public:
  /// What a report may have at most: more is a mistake, or an attack.
  static constexpr std::uint64_t most_bytes = 512ULL << 20U;

  explicit ReportStream(CancelToken cancel);
  /// Fault::step where it is no regular file or larger than `most_bytes`.
  Result<void> open(const std::filesystem::path& file);
  /// What ended it before its end: a cancellation, a disk that could not be read.
  [[nodiscard]] const std::optional<Error>& cut_by() const noexcept { return cut_by_; }

 private:
  int_type underflow() override;
  std::streamsize xsgetn(char* target, std::streamsize size) override;
  pos_type seekoff(off_type offset, std::ios_base::seekdir from, std::ios_base::openmode) override;
  pos_type seekpos(pos_type position, std::ios_base::openmode mode) override;
  [[nodiscard]] std::streamsize fill(char* target, std::streamsize size);

  CancelToken cancel_;
  UniqueFd fd_;
  std::filesystem::path file_;
  std::vector<char> buffer_;
  std::optional<Error> cut_by_;
};

}  // namespace pipectl
