#include "core/engine/output_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <system_error>

#include "core/base/files.hpp"
#include "core/base/text.hpp"

namespace pipectl {
namespace {

constexpr std::size_t most_bytes = 1U << 20U;
constexpr std::string_view form = "append `key=value`, or `key<<END`, the lines, `END`";

bool is_key(std::string_view key) {
  const auto letter = [](char c) {
    return std::isalpha(static_cast<unsigned char>(c)) || c == '_';
  };
  return !key.empty() && letter(key.front()) && std::all_of(key.begin(), key.end(), [&](char c) {
    return letter(c) || std::isdigit(static_cast<unsigned char>(c)) || c == '-';
  });
}

tl::unexpected<Error> malformed(std::size_t line, std::string_view text) {
  return fail(Fault::step,
              fmt::format("$PIPECTL_OUTPUT line {}: `{}` is no output", line,
                          printable(text.substr(0, 80))),
              std::string{form});
}

/// Collects the lines up to `end`; `index` is left on the end's line.
Result<std::string> heredoc(const std::vector<std::string_view>& lines, std::size_t& index,
                            std::string_view end) {
  const std::size_t start = index;
  std::string value;
  for (++index; index < lines.size(); ++index) {
    if (lines[index] == end) return value;
    if (index > start + 1) value += '\n';
    value += lines[index];
  }
  return fail(Fault::step,
              fmt::format("$PIPECTL_OUTPUT line {}: the text never ends with `{}`", start + 1, end),
              std::string{form});
}

/// What a stage can make of the file that it was given is the stage's fault.
Result<void> check_file(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error))
    return fail(Fault::step, "$PIPECTL_OUTPUT is no file any more", std::string{form});
  if (std::filesystem::file_size(file, error) > most_bytes && !error)
    return fail(Fault::step, "$PIPECTL_OUTPUT holds more than 1 MiB",
                "large results belong into `artifacts`");
  if (::access(file.c_str(), R_OK) != 0)
    return fail(Fault::step, "$PIPECTL_OUTPUT may not be read any more", std::string{form});
  return {};
}

/// Each output is a variable of later stages, too.
Result<void> check_variables(const Outputs& outputs) {
  std::map<std::string, std::string_view> variables;
  for (const auto& [key, value] : outputs) {
    if (value.find('\0') != std::string::npos)
      return fail(Fault::step, fmt::format("output '{}' holds a zero byte", key),
                  "no environment variable can carry it: encode it, or keep a file of it under "
                  "`artifacts`");
    const auto [other, fresh] = variables.emplace(env_name(key), key);
    if (!fresh)
      return fail(Fault::step,
                  fmt::format("outputs '{}' and '{}' are the same variable, PIPECTL_OUT_…_{}",
                              other->second, key, other->first),
                  "rename one of them");
  }
  return {};
}

}  // namespace

Result<Outputs> parse_outputs(std::string_view text) {
  Outputs outputs;
  const auto lines = split(text, '\n');
  for (std::size_t index = 0; index < lines.size(); ++index) {
    const std::string_view line = lines[index];
    if (trim(line).empty()) continue;
    const std::size_t at = line.find('=');
    const std::size_t here = line.find("<<");
    if (here != std::string_view::npos && here < at) {
      const std::string_view key = line.substr(0, here);
      const std::string_view end = line.substr(here + 2);
      if (!is_key(key) || end.empty()) return malformed(index + 1, line);
      outputs[std::string{key}] = TRY(heredoc(lines, index, end));
      continue;
    }
    if (at == std::string_view::npos || !is_key(line.substr(0, at)))
      return malformed(index + 1, line);
    outputs[std::string{line.substr(0, at)}] = line.substr(at + 1);
  }
  TRY(check_variables(outputs));
  return outputs;
}

Result<Outputs> read_outputs(const std::filesystem::path& file, const Redactor& redactor) {
  std::error_code error;
  if (!std::filesystem::exists(file, error)) return Outputs{};
  TRY(check_file(file));
  auto outputs = TRY(parse_outputs(TRY(read_file(file, most_bytes))));
  for (const auto& [key, value] : outputs)
    if (redactor.contains_secret(value) || redactor.contains_secret(key))
      return fail(Fault::step, fmt::format("output '{}' holds a secret", redactor.redact(key)),
                  "outputs are stored and shown: grant the secret to the stage that needs it");
  return outputs;
}

}  // namespace pipectl
