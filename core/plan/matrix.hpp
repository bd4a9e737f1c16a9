#pragma once

#include <vector>

#include "core/base/result.hpp"
#include "core/model/stage_spec.hpp"

namespace pipectl::plan {

/// More instances than this are refused, as in other CI systems: it is nearly always a mistake.
inline constexpr std::size_t max_instances = 256;

/// The instances of a matrix, by the rules of GitHub Actions:
/// - all combinations of the axes, the last axis changing fastest;
/// - less those that agree with every value of an `exclude` entry;
/// - an `include` entry that contradicts no axis of a combination adds its other values to it (and
///   may overwrite what an earlier entry added); one that fits none becomes an instance of its own.
/// Equal instances are taken once. Fault::usage when nothing or too much is left.
[[nodiscard]] Result<std::vector<MatrixRow>> expand(const Matrix& matrix);

/// `unit (18, linux)`
[[nodiscard]] std::string instance_name(const std::string& stage, const MatrixRow& row);

}  // namespace pipectl::plan
