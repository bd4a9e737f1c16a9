#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "cli/ui/terminal.hpp"
#include "core/model/run_event.hpp"

namespace pipectl::ui {

/// How a gate is shown: one that is let pass as a warning.
[[nodiscard]] Status status_of(report::GateVerdict::Result result);

/// What the lines of a log say of a stage's reports. Of findings and tests the first ones of each
/// stage, and that there are more; nothing where there is nothing to say.
class ReportLines {
 public:
  explicit ReportLines(const Terminal& terminal) : terminal_(terminal) {}

  /// `src/app.js:12:5 error no-undef: 'x' is not defined`
  [[nodiscard]] std::optional<std::string> of(const event::StageFinding& e);
  /// `failed: suite › name: expected 3`
  [[nodiscard]] std::optional<std::string> of(const event::StageTest& e);
  /// `✅ gate coverage: 92.1%, want >= 80%`
  [[nodiscard]] std::string of(const event::GateEvaluated& e) const;

 private:
  [[nodiscard]] std::optional<std::string> limited(const std::string& stage, std::string line);

  const Terminal terminal_;
  std::map<std::string, std::size_t> told_;
};

}  // namespace pipectl::ui
