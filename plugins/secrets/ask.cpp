#include "plugins/secrets/ask.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/api/capture_output.hpp"
#include "core/base/redactor.hpp"
#include "core/base/text.hpp"
#include "core/exec/program.hpp"
#include "plugins/secrets/values.hpp"

namespace pipectl::plugins {
namespace {

constexpr Milliseconds patience{30'000};
constexpr Milliseconds grace{2'000};

/// What the command complained of, without anything that it had already printed as the value.
std::string complaint_in(const CaptureOutput& output) {
  const std::string value = without_line_break(output.out());
  Redactor redactor;
  if (!value.empty() && !redactor.add("value", value)) return {};  // too short to be found
  return printable(trim(redactor.redact(output.err())));
}

std::string program(const Question& question) {
  return fmt::format("`{}`", printable(question.argv.front()));
}

}  // namespace

Result<Answer> ask(const SecretProvider::Request& request, const Question& question) {
  EnvMap env = request.host;
  for (const auto& [name, value] : question.more) env[name] = value;
  CaptureOutput output{most_secret_bytes};
  auto process = request.executor.start(
      {question.argv, std::move(env), question.directory, std::nullopt}, output);
  if (!process)
    return source_failed(request,
                         fmt::format("{} failed: {}", program(question), process.error().message));
  const SteadyTime start = std::chrono::steady_clock::now();
  const SteadyTime last = start + patience;
  const SteadyTime deadline = std::min(last, request.deadline.value_or(last));
  const Finished end = supervise(**process, deadline, request.cancel, grace);
  if (end.ended == Ended::cancelled) return fail(Fault::cancelled, "interrupted");
  if (end.ended == Ended::timed_out)
    return source_failed(
        request,
        fmt::format("{} gave nothing within {}", program(question),
                    human_duration(std::chrono::duration_cast<Milliseconds>(deadline - start))));
  if (end.status.success() && !output.out_is_whole())
    return source_failed(request, fmt::format("{} printed more than {}", program(question),
                                              human_size(most_secret_bytes)));
  return Answer{end.status, output.out(), complaint_in(output)};
}

Result<std::optional<Answer>> ask_if_here(const SecretProvider::Request& request,
                                          const Question& question) {
  const auto found = find_program(question.argv.front(), request.host, question.directory.string());
  if (!found && request.secret.optional) return std::optional<Answer>{};
  return std::optional{TRY(ask(request, question))};
}

tl::unexpected<Error> refused(const SecretProvider::Request& request, const Question& question,
                              const Answer& answer, std::string hint) {
  return source_failed(
      request,
      fmt::format("{} failed: exit code {}{}{}", program(question), answer.status.as_exit_code(),
                  answer.complaint.empty() ? "" : ": ", answer.complaint),
      std::move(hint));
}

}  // namespace pipectl::plugins
