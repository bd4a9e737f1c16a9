#include "core/api/notifier.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/base/text.hpp"

namespace pipectl {
namespace {

constexpr std::array<std::string_view, 2> schemes{"https://", "http://"};

bool is_plain(yaml::Node value, std::string_view key, Diagnostics& diagnostics) {
  if (value.text().find("${{") == std::string_view::npos) return true;
  diagnostics.error(value.span(), fmt::format("'{}' cannot hold an expression", key),
                    "write the value itself");
  return false;
}

bool is_url(std::string_view text) {
  return std::ranges::any_of(schemes, [&](std::string_view scheme) {
    return text.starts_with(scheme) && text.size() > scheme.size() &&
           text.find_first_of(std::string_view(" \t\r\n\0", 5)) == std::string_view::npos;
  });
}

/// `https://user:password@host`
bool has_login(std::string_view url) {
  const auto host = url.find("://") + 3;
  return url.substr(host, url.find_first_of("/?#", host) - host).find('@') !=
         std::string_view::npos;
}

}  // namespace

std::optional<std::string> read_secret_name(yaml::Reader& reader, std::string_view key,
                                            const NotifyContext& context) {
  const auto node = reader.node(key);
  const auto name = reader.string(key);
  if (!node || !name) return std::nullopt;
  const auto& secrets = context.pipeline.secrets;
  if (std::ranges::any_of(secrets, [&](const SecretDecl& one) { return one.name == *name; }))
    return std::string(*name);
  std::vector<std::string_view> known;
  known.reserve(secrets.size());
  for (const SecretDecl& secret : secrets) known.emplace_back(secret.name);
  const auto guess = suggestion(*name, known);
  context.diagnostics.error(node->span(), fmt::format("unknown secret '{}'", printable(*name)),
                            guess.empty() ? "a value never stands in the file: declare a secret "
                                            "under `secrets` and write its name here"
                                          : guess);
  return std::nullopt;
}

std::optional<std::string> read_plain_text(yaml::Reader& reader, std::string_view key) {
  const auto text = reader.string(key);
  if (!text || !is_plain(*reader.node(key), key, reader.diagnostics())) return std::nullopt;
  return std::string(*text);
}

std::vector<std::string> read_plain_texts(yaml::Reader& reader, std::string_view key) {
  std::vector<std::string> texts;
  for (const yaml::Node item : reader.strings(key))
    if (is_plain(item, key, reader.diagnostics())) texts.emplace_back(item.text());
  return texts;
}

std::vector<Occasion> read_occasions(yaml::Reader& reader, std::vector<Occasion> otherwise) {
  if (!reader.node("on")) return otherwise;
  std::vector<Occasion> chosen;
  for (const yaml::Node word : reader.strings("on")) {
    if (const auto occasion = parse_occasion(word.text())) {
      chosen.push_back(*occasion);
      continue;
    }
    std::vector<std::string_view> known;
    known.reserve(all_occasions.size());
    for (const Occasion one : all_occasions) known.push_back(to_string(one));
    const auto guess = suggestion(word.text(), known);
    reader.diagnostics().error(
        word.span(), fmt::format("unknown event '{}'", printable(word.text())),
        guess.empty() ? "one of start, failure, success, recovery, approval, alert" : guess);
  }
  return chosen;
}

std::optional<std::string> read_url(yaml::Reader& reader, std::string_view key) {
  auto text = read_plain_text(reader, key);
  if (!text) return std::nullopt;
  const auto where = reader.node(key)->span();
  if (!is_url(*text)) {
    reader.diagnostics().error(where, fmt::format("'{}' is no URL", printable(*text)),
                               "it begins with https:// or http://");
    return std::nullopt;
  }
  if (has_login(*text)) {
    reader.diagnostics().error(where, "a URL in the file cannot hold a password",
                               "a value never stands in the file: use a secret");
    return std::nullopt;
  }
  return text;
}

}  // namespace pipectl
