#include <fmt/format.h>

#include "core/base/base64.hpp"
#include "core/base/text.hpp"
#include "plugins/secrets/ask.hpp"
#include "plugins/secrets/secrets.hpp"
#include "plugins/secrets/settings.hpp"
#include "plugins/secrets/values.hpp"

namespace pipectl::plugins {
namespace {

using Value = Result<std::optional<std::string>>;

/// AWS Secrets Manager by the program `aws`, which knows region and login by its own variables and
/// files.
class AwsSecrets final : public SecretProvider {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "aws"; }
  [[nodiscard]] std::string_view summary() const noexcept override {
    return "A secret of AWS Secrets Manager, by the program `aws`: its name or ARN, or `secret` "
           "and "
           "`key` (a field of its JSON), `region`, `profile`, `stage`";
  }
  [[nodiscard]] std::string_view type() const noexcept override {
    return R"({"anyOf":[{"type":"string"},{"type":"object","properties":{)"
           R"("secret":{"type":"string"},"key":{"type":"string"},"region":{"type":"string"},)"
           R"("profile":{"type":"string"},"stage":{"type":"string"}},)"
           R"("required":["secret"],"additionalProperties":false}]})";
  }

  /// `SECRET#KEY`, the key or nothing, the folder that the program runs in, its argument vector.
  [[nodiscard]] std::vector<std::string> parse(yaml::Node value, const std::filesystem::path& base,
                                               Diagnostics& diagnostics) const override {
    std::string secret;
    std::string key;
    std::vector<std::string> options;
    if (value.kind() == yaml::Kind::scalar) {
      secret = value.text();
      if (!is_argument(secret)) {
        diagnostics.error(value.span(), "the name of a secret of AWS must be a text",
                          "`{aws: prod/db}`, or `{aws: {secret: prod/db, key: password}}`");
        return {};
      }
    } else {
      yaml::Reader reader(value, "`aws`", diagnostics);
      secret = needed_setting(reader, "secret");
      key = setting(reader, "key");
      add_option(options, "region", setting(reader, "region"));
      add_option(options, "profile", setting(reader, "profile"));
      add_option(options, "version-stage", setting(reader, "stage"));
      reader.finish();
    }
    if (secret.empty()) return {};
    std::vector<std::string> arguments{key.empty() ? secret : secret + "#" + key, key,
                                       std::filesystem::absolute(base).string()};
    for (const char* const word : {"aws", "secretsmanager", "get-secret-value"})
      arguments.emplace_back(word);
    arguments.push_back("--secret-id=" + secret);
    arguments.emplace_back("--output=json");
    arguments.insert(arguments.end(), options.begin(), options.end());
    return arguments;
  }

  Value resolve(const Request& request) const override {
    const auto& arguments = request.secret.arguments;
    // A pager would wait for a key; debug output would hold the value.
    const Question question{{arguments.begin() + 3, arguments.end()},
                            arguments.at(2),
                            {{"AWS_PAGER", ""}, {"AWS_CLI_AUTO_PROMPT", "off"}}};
    const auto answer = TRY(ask_if_here(request, question));
    if (!answer) return std::nullopt;
    if (!answer->status.success()) {
      if (answer->says("ResourceNotFoundException")) return std::nullopt;
      return refused(request, question, *answer,
                     "`aws sts get-caller-identity` tells who is logged in");
    }
    return value_in(request, answer->out);
  }

 private:
  static Value value_in(const Request& request, const std::string& output) {
    const auto& key = request.secret.arguments.at(1);
    auto value = TRY(field_of(request, output, {"SecretString"}));
    if (!value) {
      const auto binary = TRY(field_of(request, output, {"SecretBinary"}));
      if (!binary) return source_failed(request, "aws gave neither a text nor bytes");
      value = decode_base64(*binary);
      if (!value) return source_failed(request, "aws gave bytes that are no base64");
    }
    if (key.empty()) return value;
    return field_of(request, *value, {key});
  }
};

}  // namespace

std::unique_ptr<SecretProvider> make_aws_secrets() { return std::make_unique<AwsSecrets>(); }

}  // namespace pipectl::plugins
