#pragma once

#include <cstddef>

namespace pipectl::ui {

constexpr std::size_t narrow = 60;  ///< columns of a terminal that has no room to spare
constexpr std::size_t duration_columns = 6;

}  // namespace pipectl::ui
