#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace pipectl {

/// SHA-256 of bytes that come in pieces, over OpenSSL. Out of memory is std::bad_alloc, as it is
/// for every container; nothing else can go wrong.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&& other) noexcept;
  Sha256& operator=(Sha256&& other) noexcept;

  void update(std::string_view bytes);
  /// 64 lower-case hex digits over all that came. What comes then is another digest: for many short
  /// texts that is much cheaper than a new object for each.
  [[nodiscard]] std::string hex();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

[[nodiscard]] std::string sha256_hex(std::string_view bytes);
/// Of a regular file of any size, read in pieces. Errors name the path (Fault::infrastructure).
[[nodiscard]] Result<std::string> sha256_file(const std::filesystem::path& path);

}  // namespace pipectl
