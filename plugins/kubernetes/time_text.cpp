#include "plugins/kubernetes/time_text.hpp"

#include <ctime>

namespace pipectl::plugins::kubernetes {

std::optional<WallTime> parse_time(const std::string& text) {
  std::tm parts{};
  if (strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts) == nullptr) return std::nullopt;
  return std::chrono::system_clock::from_time_t(timegm(&parts));
}

}  // namespace pipectl::plugins::kubernetes
