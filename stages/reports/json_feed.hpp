#pragma once

#include <cstdint>
#include <istream>
#include <streambuf>
#include <vector>

namespace pipectl::stages {

/// Hands on what `in` has, and ends early when one piece of it grows too large.
class Feed final : public std::streambuf {
 public:
  static constexpr std::size_t chunk = 64 << 10;
  static constexpr std::uint64_t largest_value = 8 << 20;

  explicit Feed(std::istream& in) : in_(in), buffer_(chunk) {}
  /// Something was made of what came so far.
  void heard() noexcept { heard_ = fed_; }
  [[nodiscard]] std::uint64_t fed() const noexcept { return fed_; }
  [[nodiscard]] bool too_large() const noexcept { return too_large_; }
  [[nodiscard]] char first() const noexcept { return first_; }

 private:
  int_type underflow() override {
    if (fed_ - heard_ > largest_value) too_large_ = true;
    if (too_large_) return traits_type::eof();
    in_.read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
    const auto size = in_.gcount();
    if (size <= 0) return traits_type::eof();
    if (fed_ == 0) first_ = buffer_.front();
    fed_ += static_cast<std::uint64_t>(size);
    setg(buffer_.data(), buffer_.data(), buffer_.data() + size);
    return traits_type::to_int_type(buffer_.front());
  }

  std::istream& in_;
  std::vector<char> buffer_;
  std::uint64_t fed_{0};
  std::uint64_t heard_{0};
  char first_{0};
  bool too_large_{false};
};

}  // namespace pipectl::stages
