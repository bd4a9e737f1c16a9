#include <fmt/format.h>

#include "plugins/secrets/ask.hpp"
#include "plugins/secrets/secrets.hpp"
#include "plugins/secrets/settings.hpp"
#include "plugins/secrets/values.hpp"

namespace pipectl::plugins {
namespace {

/// HashiCorp Vault and OpenBao by the program `vault`, which knows the server and the login by
/// VAULT_ADDR, VAULT_TOKEN or its own files.
class VaultSecrets final : public SecretProvider {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "vault"; }
  [[nodiscard]] std::string_view summary() const noexcept override {
    return "A field of a secret in HashiCorp Vault, by the program `vault`: `path`, `field`; also "
           "`mount`, `namespace`, `address`";
  }
  [[nodiscard]] std::string_view type() const noexcept override {
    return R"({"type":"object","properties":{"path":{"type":"string"},"field":{"type":"string"},)"
           R"("mount":{"type":"string"},"namespace":{"type":"string"},"address":{"type":"string"}},)"
           R"("required":["path","field"],"additionalProperties":false})";
  }

  /// `PATH#FIELD`, the field, the folder that the program runs in, its argument vector.
  [[nodiscard]] std::vector<std::string> parse(yaml::Node value, const std::filesystem::path& base,
                                               Diagnostics& diagnostics) const override {
    yaml::Reader reader(value, "`vault`", diagnostics);
    const auto path = needed_setting(reader, "path");
    const auto field = needed_setting(reader, "field");
    std::vector<std::string> argv{"vault", "kv", "get", "-format=json"};
    for (const char* const option : {"mount", "namespace", "address"})
      if (const auto text = setting(reader, option); !text.empty())
        argv.push_back(fmt::format("-{}={}", option, text));
    argv.push_back(path);
    reader.finish();
    if (path.empty() || field.empty()) return {};
    std::vector<std::string> arguments{path + "#" + field, field,
                                       std::filesystem::absolute(base).string()};
    arguments.insert(arguments.end(), argv.begin(), argv.end());
    return arguments;
  }

  Result<std::optional<std::string>> resolve(const Request& request) const override {
    const auto& arguments = request.secret.arguments;
    const Question question{{arguments.begin() + 3, arguments.end()}, arguments.at(2)};
    const auto answer = TRY(ask_if_here(request, question));
    if (!answer) return std::nullopt;
    if (!answer->status.success()) {
      if (answer->says("No value found at")) return std::nullopt;
      return refused(request, question, *answer,
                     "`vault status` and `vault token lookup` tell server and login");
    }
    const auto& field = arguments.at(1);
    // The second engine of keys and values has the fields one level deeper, beside their history.
    if (TRY(field_of(request, answer->out, {"data", "metadata", "version"})))
      return field_of(request, answer->out, {"data", "data", field});
    return field_of(request, answer->out, {"data", field});
  }
};

}  // namespace

std::unique_ptr<SecretProvider> make_vault_secrets() { return std::make_unique<VaultSecrets>(); }

}  // namespace pipectl::plugins
