#include "plugins/secrets/settings.hpp"

#include <fmt/format.h>

namespace pipectl::plugins {

bool is_argument(std::string_view text) noexcept {
  return !text.empty() && text.front() != '-' && text.find('\0') == std::string_view::npos;
}

std::string setting(yaml::Reader& reader, std::string_view key) {
  const auto text = reader.string(key);
  if (!text) return {};
  if (is_argument(*text)) return std::string{*text};
  reader.diagnostics().error(reader.node(key)->span(),
                             fmt::format("`{}` must be a text that does not begin with '-'", key));
  return {};
}

std::string needed_setting(yaml::Reader& reader, std::string_view key) {
  if (reader.node(key)) return setting(reader, key);
  const auto kind = reader.self().kind();
  if (kind == yaml::Kind::scalar || kind == yaml::Kind::sequence) return {};  // reported already
  reader.diagnostics().error(reader.self().span(),
                             fmt::format("{} needs `{}`", reader.what(), key));
  return {};
}

void add_option(std::vector<std::string>& argv, std::string_view option, const std::string& value) {
  if (!value.empty()) argv.push_back(fmt::format("--{}={}", option, value));
}

}  // namespace pipectl::plugins
