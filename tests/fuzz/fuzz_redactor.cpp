// Hides an arbitrary secret in arbitrary text, whole and in arbitrary pieces. Whatever the bytes,
// no form of the secret may be left, and the pieces must come out as the whole does.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/base/redactor.hpp"
#include "core/base/secret_forms.hpp"

namespace {

using namespace pipectl;

void require(bool holds) {
  if (!holds) std::abort();
}

/// The text in pieces of 1 to 8 bytes, by what the fuzzer chose.
std::string in_pieces(const Redactor& redactor, std::string_view text, std::uint8_t sizes) {
  std::string out;
  const auto stream = redactor.stream();
  while (!text.empty()) {
    const std::size_t size = std::min<std::size_t>(1 + (sizes & 7U), text.size());
    sizes = static_cast<std::uint8_t>((sizes >> 1U) | (sizes << 7U));
    stream->push(text.substr(0, size), out);
    text.remove_prefix(size);
  }
  stream->finish(out);
  return out;
}

/// The text with the secret in one of its forms at a place, so that there is something to find.
std::string hidden_in(std::string_view text, std::string_view secret, std::uint8_t choice) {
  const auto forms = secret_forms(secret);
  std::string whole(text);
  if (!forms.empty()) whole.insert(whole.size() / 2, forms[choice % forms.size()]);
  return whole;
}

void hide(std::string_view secret, std::string_view text, std::uint8_t sizes, std::uint8_t choice) {
  Redactor redactor;
  const auto added = redactor.add("token", secret);
  if (!added) {
    require(added.error().fault == Fault::usage && secret_forms(secret).empty());
    return;
  }
  const std::string whole = hidden_in(text, secret, choice);
  require(redactor.contains_secret(whole));
  const std::string hidden = redactor.redact(whole);
  // A secret with stars in it may come about anew from the stars.
  require(secret.find('*') != std::string_view::npos || !redactor.contains_secret(hidden));
  require(in_pieces(redactor, whole, sizes) == hidden);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 3), size - 3);
  const std::size_t length = std::min<std::size_t>(data[0] % 64, bytes.size());
  hide(bytes.substr(0, length), bytes.substr(length), data[1], data[2]);
  return 0;
}
