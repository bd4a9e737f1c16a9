#include "core/plan/matrix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "core/base/text.hpp"
#include "core/config/keys.hpp"
#include "core/config/stage_keys.hpp"
#include "core/config/values.hpp"

namespace pipectl::config {
namespace {

void check_value(yaml::Node value, Diagnostics& diagnostics) {
  if (value.text().find("${{") != std::string_view::npos)
    diagnostics.error(value.span(), "a value of a matrix cannot hold an expression",
                      "it must be known before anything runs");
  else if (printable(value.text()) != value.text())
    diagnostics.error(value.span(), "a value of a matrix must be one line of printable text",
                      "it becomes a part of the stage's name");
}

MatrixAxis read_axis(yaml::Node key, yaml::Node value, Diagnostics& diagnostics) {
  check_name(key, "an axis", diagnostics);
  MatrixAxis axis;
  axis.name = key.text();
  if (value.kind() != yaml::Kind::sequence) {
    diagnostics.error(
        value.span(),
        fmt::format("axis '{}' must be a list, not {}", key.text(), describe(value.kind())),
        "write [value, value]");
    return axis;
  }
  std::unordered_set<std::string_view> seen;
  for (const yaml::Node item : yaml::read_strings(value, key.text(), diagnostics)) {
    check_value(item, diagnostics);
    if (!seen.insert(item.text()).second)
      diagnostics.error(item.span(),
                        fmt::format("'{}' stands twice in axis '{}'", item.text(), key.text()));
    axis.values.emplace_back(item.text());
  }
  if (value.size() == 0)
    diagnostics.error(value.span(), fmt::format("axis '{}' has no value", key.text()));
  return axis;
}

std::vector<MatrixRow> read_rows(yaml::Reader& reader, std::string_view key) {
  std::vector<MatrixRow> rows;
  const auto list = reader.node(key);
  if (!list) return rows;
  auto& diagnostics = reader.diagnostics();
  if (list->kind() != yaml::Kind::sequence) {
    diagnostics.error(list->span(), fmt::format("'{}' must be a list of mappings, not {}", key,
                                                describe(list->kind())));
    return rows;
  }
  for (const yaml::Node item : list->items()) {
    const yaml::Reader row(item, fmt::format("an item of '{}'", key), diagnostics);
    MatrixRow values;
    for (const auto& [axis, value] : item.entries()) {
      check_name(axis, "an axis", diagnostics);
      if (!yaml::read_string(value, axis.text(), diagnostics)) continue;
      check_value(value, diagnostics);
      values.emplace_back(axis.text(), value.text());
    }
    if (!values.empty()) rows.push_back(std::move(values));
  }
  return rows;
}

/// An `exclude` that names no axis excludes nothing, which nobody means.
void check_excludes(yaml::Node list, const Matrix& matrix, Diagnostics& diagnostics) {
  std::vector<std::string_view> axes;
  for (const auto& axis : matrix.axes) axes.emplace_back(axis.name);
  for (const yaml::Node item : list.items())
    for (const auto& entry : item.entries())
      if (std::ranges::find(axes, entry.key.text()) == axes.end())
        diagnostics.error(entry.key.span(), fmt::format("unknown axis '{}'", entry.key.text()),
                          suggestion(entry.key.text(), axes));
}

}  // namespace

Matrix read_matrix(yaml::Node value, Diagnostics& diagnostics) {
  constexpr long most = 10'000;
  const std::size_t errors = diagnostics.error_count();
  yaml::Reader reader(value, "'matrix'", diagnostics);
  Matrix matrix;
  matrix.where = value.span();
  for (const auto& [key, values] : value.entries())
    if (std::ranges::find(key_names(Section::matrix), key.text()) ==
        key_names(Section::matrix).end())
      matrix.axes.push_back(read_axis(key, values, diagnostics));
  matrix.include = read_rows(reader, "include");
  matrix.exclude = read_rows(reader, "exclude");
  if (const auto exclude = reader.node("exclude")) check_excludes(*exclude, matrix, diagnostics);
  if (const auto max = reader.integer("max_parallel", 1, most))
    matrix.max_parallel = static_cast<unsigned>(*max);
  if (diagnostics.error_count() > errors) return matrix;
  if (const auto rows = plan::expand(matrix); !rows)
    diagnostics.error(matrix.where, rows.error().message, rows.error().hint);
  return matrix;
}

}  // namespace pipectl::config
