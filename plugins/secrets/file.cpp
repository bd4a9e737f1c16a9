#include "plugins/secrets/secrets.hpp"
#include "plugins/secrets/values.hpp"

namespace pipectl::plugins {
namespace {

class FileSecrets final : public SecretProvider {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "file"; }
  [[nodiscard]] std::string_view summary() const noexcept override {
    return "The content of a file, relative to the pipeline file";
  }
  [[nodiscard]] std::string_view type() const noexcept override { return R"({"type":"string"})"; }

  [[nodiscard]] std::vector<std::string> parse(yaml::Node value, const std::filesystem::path& base,
                                               Diagnostics& diagnostics) const override {
    if (value.kind() != yaml::Kind::scalar || value.text().empty() ||
        value.text().find('\0') != std::string_view::npos) {
      diagnostics.error(value.span(), "the path of a secret's file must be a text");
      return {};
    }
    const auto path = std::filesystem::absolute(base / value.text()).lexically_normal();
    if (const auto flaw = open_to_others(path))
      diagnostics.warning(value.span(), flaw->message, flaw->hint);
    return {path.string()};
  }

  Result<std::optional<std::string>> resolve(const Request& request) const override {
    return secret_in_file(request, request.secret.arguments.at(0));
  }
};

}  // namespace

std::unique_ptr<SecretProvider> make_file_secrets() { return std::make_unique<FileSecrets>(); }

}  // namespace pipectl::plugins
