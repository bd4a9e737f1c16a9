#include <fmt/format.h>

#include "core/base/text.hpp"
#include "plugins/secrets/ask.hpp"
#include "plugins/secrets/secrets.hpp"
#include "plugins/secrets/values.hpp"

namespace pipectl::plugins {
namespace {

std::string shown(const std::vector<std::string>& argv) {
  std::vector<std::string> words;
  words.reserve(argv.size());
  for (const auto& word : argv) words.push_back(shell_quoted(word));
  return join(words, " ");
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

  /// The command for people, the folder that it runs in (the pipeline file's), its argument vector.
  [[nodiscard]] std::vector<std::string> parse(yaml::Node value, const std::filesystem::path& base,
                                               Diagnostics& diagnostics) const override {
    if (value.kind() != yaml::Kind::sequence || value.size() == 0) {
      diagnostics.error(value.span(), "the command of a secret must be a list of its arguments",
                        "`{command: [vault, kv, get, -field=key, secret/api]}`");
      return {};
    }
    std::vector<std::string> argv;
    for (const yaml::Node item : value.items()) {
      if (item.kind() != yaml::Kind::scalar || item.text().find('\0') != std::string_view::npos) {
        diagnostics.error(item.span(), "an argument must be a text");
        return {};
      }
      argv.emplace_back(item.text());
    }
    std::vector<std::string> arguments{shown(argv), std::filesystem::absolute(base).string()};
    arguments.insert(arguments.end(), argv.begin(), argv.end());
    return arguments;
  }

  Result<std::optional<std::string>> resolve(const Request& request) const override {
    const auto& arguments = request.secret.arguments;
    const Question question{{arguments.begin() + 2, arguments.end()}, arguments.at(1)};
    const auto absent = [&](const Error& error) -> Result<std::optional<std::string>> {
      // A command cannot say whether the value is absent or could not be had: `optional` decides.
      if (request.secret.optional) return std::nullopt;
      return tl::unexpected(error);
    };
    const auto answer = TRY(ask_if_here(request, question));
    if (!answer) return std::nullopt;
    if (!answer->status.success()) return absent(refused(request, question, *answer).value());
    auto value = without_line_break(answer->out);
    if (value.empty())
      return absent(source_failed(request, fmt::format("`{}` failed: it printed nothing",
                                                       printable(question.argv.front())))
                        .value());
    return value;
  }
};

}  // namespace

std::unique_ptr<SecretProvider> make_command_secrets() {
  return std::make_unique<CommandSecrets>();
}

}  // namespace pipectl::plugins
