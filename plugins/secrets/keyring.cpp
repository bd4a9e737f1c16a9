#include <fmt/format.h>

#include "core/base/text.hpp"
#include "plugins/secrets/ask.hpp"
#include "plugins/secrets/secrets.hpp"
#include "plugins/secrets/settings.hpp"
#include "plugins/secrets/values.hpp"

namespace pipectl::plugins {
namespace {

/// The keyring of the desktop (GNOME, KDE, KeePassXC) by the program `secret-tool`, as
/// `secret-tool store --label=L service shop account deploy` put it there.
class KeyringSecrets final : public SecretProvider {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "keyring"; }
  [[nodiscard]] std::string_view summary() const noexcept override {
    return "An entry of your keyring by its attributes, by the program `secret-tool`: "
           "`{service: shop, account: deploy}`";
  }
  [[nodiscard]] std::string_view type() const noexcept override {
    return R"({"type":"object","minProperties":1,"additionalProperties":{"type":"string"}})";
  }

  /// `service=shop account=deploy`, the folder that the program runs in, its argument vector.
  [[nodiscard]] std::vector<std::string> parse(yaml::Node value, const std::filesystem::path& base,
                                               Diagnostics& diagnostics) const override {
    if (value.kind() != yaml::Kind::mapping || value.size() == 0) {
      diagnostics.error(value.span(), "an entry of the keyring is named by its attributes",
                        "`{keyring: {service: shop, account: deploy}}`, as `secret-tool store` had "
                        "them");
      return {};
    }
    std::vector<std::string> argv{"secret-tool", "lookup"};
    std::vector<std::string> attributes;
    for (const auto& [key, attribute] : value.entries()) {
      if (attribute.kind() != yaml::Kind::scalar || !is_argument(key.text()) ||
          !is_argument(attribute.text())) {
        diagnostics.error(attribute.span(),
                          "an attribute must be a text that does not begin with '-'");
        return {};
      }
      argv.emplace_back(key.text());
      argv.emplace_back(attribute.text());
      attributes.push_back(fmt::format("{}={}", key.text(), attribute.text()));
    }
    std::vector<std::string> arguments{join(attributes, " "),
                                       std::filesystem::absolute(base).string()};
    arguments.insert(arguments.end(), argv.begin(), argv.end());
    return arguments;
  }

  Result<std::optional<std::string>> resolve(const Request& request) const override {
    const auto& arguments = request.secret.arguments;
    const Question question{{arguments.begin() + 2, arguments.end()}, arguments.at(1)};
    const auto answer = TRY(ask_if_here(request, question));
    if (!answer) return std::nullopt;
    // It says nothing where there is no such entry, and why where it could not look.
    if (!answer->status.success() && !answer->status.signalled && answer->complaint.empty())
      return std::nullopt;
    if (!answer->status.success())
      return refused(request, question, *answer,
                     "a keyring needs a session with D-Bus, and to be unlocked");
    auto value = without_line_break(answer->out);
    if (value.empty()) return std::nullopt;
    return value;
  }
};

}  // namespace

std::unique_ptr<SecretProvider> make_keyring_secrets() {
  return std::make_unique<KeyringSecrets>();
}

}  // namespace pipectl::plugins
