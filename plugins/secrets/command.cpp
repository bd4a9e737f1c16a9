#include <fmt/format.h>

#include <algorithm>

#include "core/api/capture_output.hpp"
#include "core/base/redactor.hpp"
#include "core/base/text.hpp"
#include "plugins/secrets/secrets.hpp"

namespace pipectl::plugins {
namespace {

constexpr std::size_t most_bytes = std::size_t{1} << 20U;
constexpr Milliseconds patience{30'000};
constexpr Milliseconds grace{2'000};

/// What the command complained of, without anything that it had already printed as the value.
std::string complaint(const CaptureOutput& output) {
  const std::string value = without_line_break(output.out());
  Redactor redactor;
  if (!value.empty() && !redactor.add("value", value)) return {};  // too short to be found
  const std::string text = printable(trim(redactor.redact(output.err())));
  return text.empty() ? text : ": " + text;
}

class CommandSecrets final : public SecretProvider {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "command"; }
  [[nodiscard]] std::string_view summary() const noexcept override {
    return "What a command prints; a list of its arguments, no shell";
  }
  [[nodiscard]] std::string_view type() const noexcept override {
    return R"({"type":"array","items":{"type":"string"},"minItems":1})";
  }

  /// The folder that the command runs in (the pipeline file's), then its argument vector.
  [[nodiscard]] std::vector<std::string> parse(yaml::Node value, const std::filesystem::path& base,
                                               Diagnostics& diagnostics) const override {
    if (value.kind() != yaml::Kind::sequence || value.size() == 0) {
      diagnostics.error(value.span(), "the command of a secret must be a list of its arguments",
                        "`{command: [vault, kv, get, -field=key, secret/api]}`");
      return {};
    }
    std::vector<std::string> arguments{std::filesystem::absolute(base).string()};
    for (const yaml::Node item : value.items()) {
      if (item.kind() != yaml::Kind::scalar || item.text().find('\0') != std::string_view::npos) {
        diagnostics.error(item.span(), "an argument must be a text");
        return {};
      }
      arguments.emplace_back(item.text());
    }
    return arguments;
  }

  Result<std::optional<std::string>> resolve(const Request& request) const override {
    const auto& arguments = request.secret.arguments;
    CaptureOutput output{most_bytes};
    auto process = request.executor.start(
        {{arguments.begin() + 1, arguments.end()}, request.host, arguments.at(0), std::nullopt},
        output);
    if (!process) return without_value(request, process.error().message);
    const SteadyTime start = std::chrono::steady_clock::now();
    const SteadyTime last = start + patience;
    const SteadyTime deadline = std::min(last, request.deadline.value_or(last));
    const Finished end = supervise(**process, deadline, request.cancel, grace);
    if (end.ended == Ended::cancelled) return fail(Fault::cancelled, "interrupted");
    if (end.ended == Ended::timed_out)
      return broken(request, fmt::format("gave nothing within {}", human_duration(std::chrono::duration_cast<Milliseconds>(deadline - start))));
    if (!end.status.success())
      return without_value(
          request, fmt::format("exit code {}{}", end.status.as_exit_code(), complaint(output)));
    if (!output.out_is_whole())
      return broken(request, fmt::format("printed more than {}", human_size(most_bytes)));
    auto value = without_line_break(output.out());
    if (value.empty()) return without_value(request, "it printed nothing");
    return value;
  }

 private:
  static tl::unexpected<Error> broken(const Request& request, const std::string& why) {
    return fail(Fault::infrastructure, fmt::format("secret '{}': `{}` {}", request.secret.name,
                                                   printable(request.secret.arguments.at(1)), why));
  }

  /// A command cannot say whether the value is absent or could not be had: `optional` decides.
  static Result<std::optional<std::string>> without_value(const Request& request,
                                                          const std::string& why) {
    if (request.secret.optional) return std::nullopt;
    return broken(request, fmt::format("failed: {}", why));
  }
};

}  // namespace

std::unique_ptr<SecretProvider> make_command_secrets() {
  return std::make_unique<CommandSecrets>();
}

}  // namespace pipectl::plugins
