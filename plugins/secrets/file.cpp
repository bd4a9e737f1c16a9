#include <fmt/format.h>
#include <sys/stat.h>

#include "core/base/files.hpp"
#include "core/base/text.hpp"
#include "plugins/secrets/secrets.hpp"

namespace pipectl::plugins {
namespace {

constexpr std::size_t most_bytes = std::size_t{1} << 20U;

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
    struct stat status {};
    if (stat(path.c_str(), &status) == 0 && (status.st_mode & (S_IRGRP | S_IROTH)) != 0)
      diagnostics.warning(value.span(),
                          fmt::format("others may read the secret in {}", printable(path.string())),
                          fmt::format("chmod 600 {}", shell_quoted(path.string())));
    return {path.string()};
  }

  Result<std::optional<std::string>> resolve(const Request& request) const override {
    const std::filesystem::path path{request.secret.arguments.at(0)};
    std::error_code error;
    if (std::filesystem::status(path, error).type() == std::filesystem::file_type::not_found)
      return std::nullopt;
    auto content = read_file(path, most_bytes);
    if (!content) {
      Error failure = std::move(content).error();
      failure.message = fmt::format("secret '{}': {}", request.secret.name, failure.message);
      return tl::unexpected(std::move(failure));
    }
    auto value = without_line_break(*std::move(content));
    if (value.empty()) return std::nullopt;
    return value;
  }
};

}  // namespace

std::unique_ptr<SecretProvider> make_file_secrets() { return std::make_unique<FileSecrets>(); }

}  // namespace pipectl::plugins
