#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "core/base/text.hpp"
#include "core/yaml/document.hpp"

namespace pipectl::config {

/// Names that may be referred to. Holds views: the names must outlive it.
class NameSet {
 public:
  void add(std::string_view name) {
    if (known_.insert(name).second) ordered_.push_back(name);
  }
  [[nodiscard]] bool has(std::string_view name) const { return known_.contains(name); }
  [[nodiscard]] const std::vector<std::string_view>& all() const noexcept { return ordered_; }
  [[nodiscard]] std::string suggest(std::string_view name) const {
    return suggestion(name, ordered_);
  }

 private:
  std::unordered_set<std::string_view> known_;
  std::vector<std::string_view> ordered_;
};

/// The names of every element of a vector that does not change any more.
template <class Element>
NameSet names_of(const std::vector<Element>& elements) {
  NameSet names;
  for (const auto& element : elements) names.add(element.name);
  return names;
}

}  // namespace pipectl::config
