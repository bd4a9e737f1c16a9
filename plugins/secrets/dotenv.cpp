#include "core/base/dotenv.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include "core/base/files.hpp"
#include "core/base/text.hpp"
#include "plugins/secrets/secrets.hpp"
#include "plugins/secrets/settings.hpp"
#include "plugins/secrets/values.hpp"

namespace pipectl::plugins {
namespace {

/// One line of a `.env` file. Such a file holds many secrets: it is refused when anybody but its
/// owner may read it.
class DotenvSecrets final : public SecretProvider {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "dotenv"; }
  [[nodiscard]] std::string_view summary() const noexcept override {
    return "A line of a `.env` file that only its owner may read: its path, or `file` and `key`";
  }
  [[nodiscard]] std::string_view type() const noexcept override {
    return R"({"anyOf":[{"type":"string"},{"type":"object","properties":{)"
           R"("file":{"type":"string"},"key":{"type":"string"}},)"
           R"("required":["file"],"additionalProperties":false}]})";
  }

  /// The path, then the name in the file; empty: that of the secret.
  [[nodiscard]] std::vector<std::string> parse(yaml::Node value, const std::filesystem::path& base,
                                               Diagnostics& diagnostics) const override {
    std::string file;
    std::string key;
    if (value.kind() == yaml::Kind::scalar) {
      file = value.text();
      if (file.empty() || file.find('\0') != std::string::npos)
        diagnostics.error(value.span(), "the path of a `.env` file must be a text",
                          "`{dotenv: .secrets.env}`");
    } else {
      yaml::Reader reader(value, "`dotenv`", diagnostics);
      file = needed_setting(reader, "file");
      key = setting(reader, "key");
      reader.finish();
    }
    if (file.empty()) return {};
    return {std::filesystem::absolute(base / file).lexically_normal().string(), key};
  }

  Result<std::optional<std::string>> resolve(const Request& request) const override {
    const auto& arguments = request.secret.arguments;
    const std::filesystem::path path{arguments.at(0)};
    struct stat status {};
    if (stat(path.c_str(), &status) != 0 && errno == ENOENT) return std::nullopt;
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
      return fail(Fault::usage,
                  fmt::format("secret '{}': others may read {}", request.secret.name,
                              printable(path.string())),
                  fmt::format("chmod 600 {}", shell_quoted(path.string())));
    const auto text = read_file(path, most_secret_bytes);
    if (!text) return source_failed(request, text.error().message, text.error().hint);
    const auto values = parse_dotenv(*text, path.string());
    if (!values) return source_failed(request, values.error().message, values.error().hint);
    const auto& key = arguments.at(1).empty() ? request.secret.name : arguments.at(1);
    const auto found = values->find(key);
    if (found == values->end() || found->second.empty()) return std::nullopt;
    return found->second;
  }
};

}  // namespace

std::unique_ptr<SecretProvider> make_dotenv_secrets() { return std::make_unique<DotenvSecrets>(); }

}  // namespace pipectl::plugins
