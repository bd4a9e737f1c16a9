#include "core/plan/matrix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace pipectl::plan {
namespace {

/// Before `exclude` has its say, a matrix may be larger than max_instances, but not without bound.
constexpr std::size_t max_combinations = 65'536;

const std::string* value_of(const MatrixRow& row, const std::string& axis) {
  const auto hit = std::ranges::find(row, axis, &MatrixRow::value_type::first);
  return hit == row.end() ? nullptr : &hit->second;
}

void set_value(MatrixRow& row, const std::string& axis, const std::string& value) {
  const auto hit = std::ranges::find(row, axis, &MatrixRow::value_type::first);
  if (hit == row.end()) {
    row.emplace_back(axis, value);
  } else {
    hit->second = value;
  }
}

Result<std::vector<MatrixRow>> combinations(const Matrix& matrix) {
  std::size_t count = matrix.axes.empty() ? 0 : 1;
  for (const auto& axis : matrix.axes) {
    count *= axis.values.size();
    if (count > max_combinations)
      return fail(Fault::usage,
                  fmt::format("the matrix has more than {} combinations", max_combinations),
                  "take axes or values away");
  }
  std::vector<MatrixRow> rows(count);
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t stride = count;
    for (const auto& axis : matrix.axes) {
      stride /= axis.values.size();
      rows[i].emplace_back(axis.name, axis.values[i / stride % axis.values.size()]);
    }
  }
  return rows;
}

bool excludes(const MatrixRow& exclude, const MatrixRow& row) {
  const auto agrees = [&row](const auto& entry) {
    const auto* value = value_of(row, entry.first);
    return value != nullptr && *value == entry.second;
  };
  return !exclude.empty() && std::ranges::all_of(exclude, agrees);
}

/// Whether `include` may be added to a combination whose first values are those of the axes.
bool fits(const MatrixRow& include, const MatrixRow& row, std::size_t axes) {
  for (std::size_t i = 0; i < axes; ++i) {
    const auto* value = value_of(include, row[i].first);
    if (value != nullptr && *value != row[i].second) return false;
  }
  return true;
}

void add_includes(const Matrix& matrix, std::vector<MatrixRow>& rows) {
  const std::size_t originals = rows.size();
  for (const auto& include : matrix.include) {
    bool added = false;
    for (std::size_t i = 0; i < originals; ++i) {
      if (!fits(include, rows[i], matrix.axes.size())) continue;
      for (const auto& [axis, value] : include) set_value(rows[i], axis, value);
      added = true;
    }
    if (!added) rows.push_back(include);
  }
}

void drop_repeated(std::vector<MatrixRow>& rows) {
  std::set<MatrixRow> seen;
  std::erase_if(rows, [&seen](const MatrixRow& row) { return !seen.insert(row).second; });
}

}  // namespace

Result<std::vector<MatrixRow>> expand(const Matrix& matrix) {
  auto rows = TRY(combinations(matrix));
  std::erase_if(rows, [&matrix](const MatrixRow& row) {
    return std::ranges::any_of(matrix.exclude,
                               [&row](const auto& exclude) { return excludes(exclude, row); });
  });
  if (rows.size() + matrix.include.size() > max_combinations)
    return fail(Fault::usage, "the matrix includes too much", "take entries of `include` away");
  add_includes(matrix, rows);
  drop_repeated(rows);
  if (rows.empty())
    return fail(Fault::usage, "the matrix is empty",
                "give an axis a value, or exclude less than everything");
  if (rows.size() > max_instances)
    return fail(Fault::usage,
                fmt::format("the matrix has {} instances, at most {} are allowed", rows.size(),
                            max_instances),
                "exclude some, or split the stage");
  return rows;
}

std::string instance_name(const std::string& stage, const MatrixRow& row) {
  std::string values;
  for (const auto& [axis, value] : row) {
    if (!values.empty()) values += ", ";
    values += value;
  }
  return fmt::format("{} ({})", stage, values);
}

}  // namespace pipectl::plan
