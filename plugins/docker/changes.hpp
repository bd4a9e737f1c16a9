#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace pipectl::docker {

/// What differs between what runs and what would, for people. Values of variables stay out: what is
/// told is their names.
class Changes {
 public:
  /// `image: shop:1 -> shop:2`, where they differ.
  void value(std::string_view what, const std::string& old, const std::string& now);
  /// `env: + NEW, ~ CHANGED, - GONE`
  void names(std::string_view what, const std::map<std::string, std::string>& old,
             const std::map<std::string, std::string>& now);
  [[nodiscard]] std::vector<std::string> lines() && { return std::move(lines_); }

 private:
  std::vector<std::string> lines_;
};

}  // namespace pipectl::docker
