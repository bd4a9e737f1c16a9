#include "plugins/notify/posting.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <nlohmann/json.hpp>

namespace pipectl::notifiers {

using Json = nlohmann::ordered_json;

Attempt<HttpResponse> send(const Post& post, std::string_view what, const Delivery& delivery) {
  HttpRequest request;
  request.method = "POST";
  request.url = post.url;
  request.headers = post.headers;
  request.headers.emplace_back("Content-Type", post.content_type);
  request.body = post.body;
  auto response = delivery.http.send(request, delivery.cancel);
  if (!response) {
    Refusal refusal = refusal_of(std::move(response).error());
    refusal.error.message = fmt::format("{}: {}", what, refusal.error.message);
    return tl::unexpected(std::move(refusal));
  }
  if (response->status < 200 || response->status >= 300)
    return tl::unexpected(refusal_of(*response, what, delivery.clock.wall()));
  return std::move(*response);
}

std::string dumped(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Attempt<Json> parsed(const OutboxItem& item, std::string_view what) {
  Json value = Json::parse(item.payload, nullptr, false);
  if (!value.is_object())
    return refuse(Refusal::Retry::never, fmt::format("{}: a stored post cannot be read", what));
  return value;
}

std::string text_at(const Json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  ::HMAC(::EVP_sha256(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data(),
         &length);
  std::string hex;
  for (unsigned i = 0; i < length; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

}  // namespace pipectl::notifiers
