#include "plugins/secrets/values.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "core/base/files.hpp"
#include "core/base/text.hpp"

namespace pipectl::plugins {

std::string without_line_break(std::string value) {
  if (value.ends_with('\n')) value.pop_back();
  if (value.ends_with('\r')) value.pop_back();
  return value;
}

Result<std::optional<std::string>> secret_in_file(const SecretProvider::Request& request,
                                                  const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::status(path, error).type() == std::filesystem::file_type::not_found)
    return std::nullopt;
  auto content = read_file(path, most_secret_bytes);
  if (!content) return source_failed(request, content.error().message, content.error().hint);
  auto value = without_line_break(*std::move(content));
  if (value.empty()) return std::nullopt;
  return value;
}

std::optional<Error> open_to_others(const std::filesystem::path& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0 || (status.st_mode & (S_IRGRP | S_IROTH)) == 0)
    return std::nullopt;
  return Error{Fault::usage,
               fmt::format("others may read the secret in {}", printable(path.string())),
               fmt::format("chmod 600 {}", shell_quoted(path.string()))};
}

tl::unexpected<Error> source_failed(const SecretProvider::Request& request, std::string_view why,
                                    std::string hint) {
  return fail(Fault::infrastructure, fmt::format("secret '{}': {}", request.secret.name, why),
              std::move(hint));
}

Result<std::optional<std::string>> field_of(const SecretProvider::Request& request,
                                            std::string_view text,
                                            const std::vector<std::string>& path) {
  using nlohmann::json;
  const json root = json::parse(text, nullptr, false);
  if (!root.is_object())
    return source_failed(request, fmt::format("{} gave no JSON object", request.secret.provider));
  const json* at = &root;
  for (const auto& name : path) {
    if (!at->is_object() || !at->contains(name)) return std::nullopt;
    at = &(*at)[name];
  }
  if (at->is_null()) return std::nullopt;
  auto value = at->is_string() ? at->get<std::string>() : at->dump();
  if (value.empty()) return std::nullopt;
  return value;
}

}  // namespace pipectl::plugins
