#include <fmt/format.h>

#include "core/base/dotenv.hpp"
#include "core/base/text.hpp"
#include "plugins/secrets/secrets.hpp"

namespace pipectl::plugins {
namespace {

class EnvSecrets final : public SecretProvider {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "env"; }
  [[nodiscard]] std::string_view summary() const noexcept override {
    return "A variable of pipectl's own environment";
  }
  [[nodiscard]] std::string_view type() const noexcept override { return R"({"type":"string"})"; }

  [[nodiscard]] std::vector<std::string> parse(yaml::Node value,
                                               const std::filesystem::path& /*base*/,
                                               Diagnostics& diagnostics) const override {
    if (value.kind() == yaml::Kind::scalar && is_env_name(value.text()))
      return {std::string{value.text()}};
    diagnostics.error(
        value.span(),
        fmt::format("'{}' is no name of an environment variable", printable(value.text())),
        "write the name alone, without '$': `{env: API_KEY}`");
    return {};
  }

  Result<std::optional<std::string>> resolve(const Request& request) const override {
    const auto found = request.host.find(request.secret.arguments.at(0));
    // CI systems set the variable of a secret that they do not have to nothing.
    if (found == request.host.end() || found->second.empty()) return std::nullopt;
    return found->second;
  }
};

}  // namespace

std::unique_ptr<SecretProvider> make_env_secrets() { return std::make_unique<EnvSecrets>(); }

}  // namespace pipectl::plugins
