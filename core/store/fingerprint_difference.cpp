#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <span>

#include "core/base/text.hpp"
#include "core/store/fingerprint.hpp"
#include "core/store/fingerprint_parts.hpp"

namespace pipectl::store {
namespace {

/// As many names as fit a line; the rest is counted.
std::string some_of(const std::vector<std::string>& names) {
  constexpr std::size_t shown = 3;
  const std::size_t count = std::min(shown, names.size());
  std::string text = join(std::span(names).first(count), ", ");
  if (names.size() > count) text += fmt::format(", +{} more", names.size() - count);
  return text;
}

struct Differences {
  bool definition{false};
  std::vector<std::string> variables;
  std::vector<std::string> files;

  void add(const std::string& name, std::string_view how) {
    const std::string shown = printable(std::string_view(name).substr(1)) + std::string(how);
    switch (static_cast<Part>(name.empty() ? '\0' : name.front())) {
      case Part::file:
        files.push_back(shown);
        break;
      case Part::variable:
        variables.push_back(shown);
        break;
      default:
        definition = true;
    }
  }
};

}  // namespace

std::string difference(const NameValues& before, const NameValues& after) {
  const std::map<std::string, std::string> old(before.begin(), before.end());
  const std::map<std::string, std::string> now(after.begin(), after.end());
  Differences found;
  for (const auto& [name, value] : now) {
    const auto was = old.find(name);
    if (was == old.end())
      found.add(name, " (new)");
    else if (was->second != value)
      found.add(name, "");
  }
  for (const auto& [name, value] : old)
    if (!now.contains(name)) found.add(name, " (removed)");
  std::vector<std::string> parts;
  if (found.definition) parts.emplace_back("definition changed");
  if (!found.variables.empty()) parts.push_back("env changed: " + some_of(found.variables));
  if (!found.files.empty()) parts.push_back("changed: " + some_of(found.files));
  return join(parts, "; ");
}

}  // namespace pipectl::store
