#include "cli/planning/rehearsal.hpp"

#include <fmt/format.h>

#include "cli/output.hpp"
#include "cli/planning/forecast.hpp"
#include "core/base/text.hpp"

namespace pipectl::cli {
namespace {

std::string text_of(const Forecast& forecast) {
  std::string text = printable(forecast.node->name);
  if (forecast.fate == Fate::skipped) return text + ": skipped: " + forecast.reason + "\n";
  if (forecast.fate == Fate::open) text += ": " + forecast.reason;
  text += '\n';
  for (const auto& line : forecast.commands) text += line.empty() ? "\n" : "  " + line + '\n';
  return text;
}

}  // namespace

Result<int> rehearse(const PipelineFile& file, const RunInput& input,
                     const Invocation& invocation) {
  if (file.loaded.pipeline.source)
    return fail(Fault::usage, "what is released is checked out by the run (`source`)",
                "clone it, and try it out in the clone");
  int code = 0;
  for (const auto& forecast : forecast(file, input, invocation, Detail::rehearsal)) {
    if (forecast.skip == SkipCause::deselected) continue;
    if (forecast.fate == Fate::fails) {
      report({Fault::step, fmt::format("{}: {}", printable(forecast.node->name), forecast.reason),
              forecast.hint});
      code = exit_code_of(Fault::step);
      continue;
    }
    TRY(write_stdout(text_of(forecast)));
  }
  return code;
}

}  // namespace pipectl::cli
