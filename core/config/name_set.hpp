#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "core/base/text.hpp"
#include "core/yaml/document.hpp"

namespace pipectl::config {

/// A suggestion costs as much as there are names to choose from: a file full of mistakes gets them
/// for the first ones only.
class SuggestionBudget {
 public:
  [[nodiscard]] bool take(std::size_t names) noexcept {
    if (names > left_) return false;
    left_ -= names;
    return true;
  }

 private:
  std::size_t left_{1'000'000};
};

/// Names that may be referred to. Holds views: the names must outlive it.
class NameSet {
 public:
  void add(std::string_view name) {
    if (known_.insert(name).second) ordered_.push_back(name);
  }
  [[nodiscard]] bool has(std::string_view name) const { return known_.contains(name); }
  [[nodiscard]] const std::vector<std::string_view>& all() const noexcept { return ordered_; }
  [[nodiscard]] std::string suggest(std::string_view name) const {
    return budget_.take(ordered_.size()) ? suggestion(name, ordered_) : std::string();
  }

 private:
  std::unordered_set<std::string_view> known_;
  std::vector<std::string_view> ordered_;
  mutable SuggestionBudget budget_;
};

/// The names of every element of a vector that does not change any more.
template <class Element>
NameSet names_of(const std::vector<Element>& elements) {
  NameSet names;
  for (const auto& element : elements) names.add(element.name);
  return names;
}

}  // namespace pipectl::config
