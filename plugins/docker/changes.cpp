#include "plugins/docker/changes.hpp"

#include <fmt/format.h>

#include "core/base/text.hpp"

namespace pipectl::docker {

void Changes::value(std::string_view what, const std::string& old, const std::string& now) {
  const auto shown = [](const std::string& text) { return text.empty() ? "-" : text; };
  if (old != now) lines_.push_back(fmt::format("{}: {} -> {}", what, shown(old), shown(now)));
}

void Changes::names(std::string_view what, const std::map<std::string, std::string>& old,
                    const std::map<std::string, std::string>& now) {
  std::vector<std::string> parts;
  for (const auto& [name, value] : now) {
    const auto before = old.find(name);
    if (before == old.end()) parts.push_back("+ " + name);
    if (before != old.end() && before->second != value) parts.push_back("~ " + name);
  }
  for (const auto& [name, value] : old)
    if (!now.contains(name)) parts.push_back("- " + name);
  if (!parts.empty()) lines_.push_back(fmt::format("{}: {}", what, join(parts, ", ")));
}

}  // namespace pipectl::docker
