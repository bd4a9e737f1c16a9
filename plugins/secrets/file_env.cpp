#include <fmt/format.h>

#include "core/base/dotenv.hpp"
#include "core/base/text.hpp"
#include "plugins/secrets/secrets.hpp"
#include "plugins/secrets/values.hpp"

namespace pipectl::plugins {
namespace {

/// `DB_PASSWORD_FILE=/run/secrets/db`, the convention of Docker's images.
class FileEnvSecrets final : public SecretProvider {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "file_env"; }
  [[nodiscard]] std::string_view summary() const noexcept override {
    return "The file that a variable of pipectl's own environment names: `DB_PASSWORD_FILE`";
  }
  [[nodiscard]] std::string_view type() const noexcept override { return R"({"type":"string"})"; }

  /// The variable, then the folder that a relative path in it starts from.
  [[nodiscard]] std::vector<std::string> parse(yaml::Node value, const std::filesystem::path& base,
                                               Diagnostics& diagnostics) const override {
    if (value.kind() == yaml::Kind::scalar && is_env_name(value.text()))
      return {std::string{value.text()}, std::filesystem::absolute(base).string()};
    diagnostics.error(
        value.span(),
        fmt::format("'{}' is no name of an environment variable", printable(value.text())),
        "write the name of the variable that holds the path: `{file_env: DB_PASSWORD_FILE}`");
    return {};
  }

  Result<std::optional<std::string>> resolve(const Request& request) const override {
    const auto path = file_of(request.secret, request.host);
    if (!path) return std::nullopt;
    std::error_code error;
    // Who sets the variable means a file that is there.
    if (!request.secret.optional && !std::filesystem::exists(*path, error))
      return source_failed(
          request, fmt::format("{} names {}, which is not there", request.secret.arguments.at(0),
                               printable(path->string())));
    return secret_in_file(request, *path);
  }
};

}  // namespace

std::optional<std::filesystem::path> file_of(const SecretDecl& secret, const EnvMap& host) {
  const auto found = host.find(secret.arguments.at(0));
  if (found == host.end() || found->second.empty()) return std::nullopt;
  return std::filesystem::path{secret.arguments.at(1)} / found->second;
}

std::unique_ptr<SecretProvider> make_file_env_secrets() {
  return std::make_unique<FileEnvSecrets>();
}

}  // namespace pipectl::plugins
