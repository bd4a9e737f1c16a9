#include "core/base/text.hpp"
#include "plugins/secrets/secrets.hpp"
#include "plugins/secrets/values.hpp"

namespace pipectl::plugins {
namespace {

/// What `docker service create --secret` and Compose put into a container, where pipectl runs in
/// one. Everybody in the container may read it by Docker's own choice: that is no flaw.
class DockerSecrets final : public SecretProvider {
 public:
  explicit DockerSecrets(std::filesystem::path folder) : folder_(std::move(folder)) {}

  [[nodiscard]] std::string_view name() const noexcept override { return "docker"; }
  [[nodiscard]] std::string_view summary() const noexcept override {
    return "A secret of Docker, in the container that pipectl runs in: `/run/secrets/NAME`";
  }
  [[nodiscard]] std::string_view type() const noexcept override { return R"({"type":"string"})"; }

  [[nodiscard]] std::vector<std::string> parse(yaml::Node value,
                                               const std::filesystem::path& /*base*/,
                                               Diagnostics& diagnostics) const override {
    const auto text = value.text();
    if (value.kind() == yaml::Kind::scalar && !text.empty() && text != "." && text != ".." &&
        text.find_first_of(std::string_view{"/\0", 2}) == std::string_view::npos)
      return {(folder_ / text).string()};
    diagnostics.error(value.span(), "the name of a secret of Docker must be a text without '/'",
                      "`{docker: db_password}`; for another place: `{file: PATH}`");
    return {};
  }

  Result<std::optional<std::string>> resolve(const Request& request) const override {
    return secret_in_file(request, request.secret.arguments.at(0));
  }

 private:
  const std::filesystem::path folder_;
};

}  // namespace

std::unique_ptr<SecretProvider> make_docker_secrets(std::filesystem::path folder) {
  return std::make_unique<DockerSecrets>(std::move(folder));
}

}  // namespace pipectl::plugins
