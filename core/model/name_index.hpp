#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string_view>
#include <vector>

namespace pipectl {

/// Finds elements of a vector by their `name` in logarithmic time. Holds positions only, so it
/// stays right when the vector is moved or copied along with it. An index that was not made since
/// the vector changed its size is not used: look-ups are then right, but linear.
class NameIndex {
 public:
  template <class Element>
  void make(const std::vector<Element>& elements) {
    order_.resize(elements.size());
    std::iota(order_.begin(), order_.end(), std::uint32_t{0});
    std::ranges::stable_sort(order_, {}, name_in(elements));
  }

  /// The first element of that name, or null.
  template <class Element>
  [[nodiscard]] const Element* find(const std::vector<Element>& elements,
                                    std::string_view name) const noexcept {
    if (order_.size() != elements.size()) {
      const auto hit = std::ranges::find(elements, name, &Element::name);
      return hit == elements.end() ? nullptr : &*hit;
    }
    const auto hit = std::ranges::lower_bound(order_, name, {}, name_in(elements));
    if (hit == order_.end() || elements[*hit].name != name) return nullptr;
    return &elements[*hit];
  }

 private:
  template <class Element>
  static auto name_in(const std::vector<Element>& elements) {
    return [&elements](std::uint32_t i) { return std::string_view(elements[i].name); };
  }

  std::vector<std::uint32_t> order_;
};

}  // namespace pipectl
