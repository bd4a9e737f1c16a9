#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.hpp"
#include "core/model/outcome.hpp"
#include "core/model/report.hpp"

namespace pipectl::ui {

/// Where a stage is written in the pipeline's file.
struct Place {
  std::string file;
  std::uint32_t line{0};
};
using PlaceOf = std::function<std::optional<Place>(const std::string& stage)>;

/// How one CI system wants its log folded. Pure.
class CiDialect {
 public:
  virtual ~CiDialect() = default;
  /// Around the lines of one group. Inside, the log is told to take every line as mere text.
  [[nodiscard]] virtual std::string open(const std::string& title, WallTime at) = 0;
  [[nodiscard]] virtual std::string close(WallTime at) = 0;
  /// A line that stands outside of every group, so that no part of it is taken for a command.
  [[nodiscard]] virtual std::string outside(std::string line) const = 0;
  /// Points at a failed stage; empty where there is no such thing.
  [[nodiscard]] virtual std::string annotate(const std::string& stage, const Outcome& outcome,
                                             const std::optional<Place>& place) const = 0;
  /// Points at what a linter or scanner found; empty where there is no such thing.
  [[nodiscard]] virtual std::string annotate(const report::Finding& finding) const = 0;
};

/// GitHub Actions: `::group::` and `::error::`. A stage may print what an attacker wrote (a branch
/// name, a pull request's title), and the runner obeys commands found in any line of output. So the
/// output stands between `::stop-commands::TOKEN` and `::TOKEN::`; `token` must be one that nobody
/// can guess.
/// Source: docs.github.com, "Workflow commands for GitHub Actions".
[[nodiscard]] std::unique_ptr<CiDialect> make_github_dialect(std::string token);

/// GitLab: `section_start` and `section_end`. They need `\r` and `ESC [0K`, which no line that was
/// made safe to show contains.
/// Source: docs.gitlab.com, "CI/CD job logs", custom collapsible sections.
[[nodiscard]] std::unique_ptr<CiDialect> make_gitlab_dialect();

/// 128 bits from the kernel, as hex digits.
[[nodiscard]] std::string random_token();

}  // namespace pipectl::ui
