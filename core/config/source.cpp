#include <fmt/format.h>

#include "core/config/keys.hpp"
#include "core/config/sections.hpp"
#include "core/config/values.hpp"

namespace pipectl::config {
namespace {

constexpr long deepest_history = 1'000'000;

/// `https://user:password@host/…`: a secret in the file.
bool holds_password(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return false;
  const auto rest = url.substr(scheme + 3);
  const auto authority = rest.substr(0, rest.find('/'));
  const auto user = authority.substr(0, authority.rfind('@'));
  return user.size() < authority.size() && user.find(':') != std::string_view::npos;
}

void read_url(yaml::Node value, Source& source, Diagnostics& diagnostics) {
  const auto text = yaml::read_string(value, "url", diagnostics);
  if (!text || !check_literal(value, "url", diagnostics)) return;
  if (text->empty()) diagnostics.error(value.span(), "'url' is empty");
  if (holds_password(*text))
    diagnostics.error(value.span(), "the URL holds a password",
                      "declare it under `secrets` and name it with `source: {secret: NAME}`");
  source.url = *text;
}

}  // namespace

Source read_source(yaml::Node value, const NameSet& secrets, const Context& context) {
  Source source;
  source.where = value.span();
  if (value.kind() == yaml::Kind::scalar) {
    read_url(value, source, context.diagnostics);
    return source;
  }
  yaml::Reader reader(value, "'source'", context.diagnostics);
  reader.allow(key_names(Section::source));
  if (const auto url = reader.node("url"))
    read_url(*url, source, context.diagnostics);
  else
    reader.required_string("url");
  if (const auto ref = reader.node("ref"))
    source.ref = read_template(*ref, "ref", context.diagnostics).value_or(expr::Template());
  if (const auto depth = reader.integer("depth", 1, deepest_history))
    source.depth = static_cast<unsigned>(*depth);
  source.submodules = reader.boolean("submodules").value_or(false);
  if (const auto secret = reader.node("secret")) {
    source.secret = yaml::read_string(*secret, "secret", context.diagnostics).value_or("");
    check_secret(*secret, secrets, context.diagnostics);
  }
  reader.finish();
  return source;
}

}  // namespace pipectl::config
