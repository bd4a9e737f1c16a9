#include "stages/load/capture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/base/text.hpp"

namespace pipectl::stages::load {
namespace {

using Json = nlohmann::json;

/// `{{ NAME }}` in a text, from `at` on.
struct Placeholder {
  std::size_t begin;
  std::size_t end;
  std::string_view name;
};

std::optional<Placeholder> next_placeholder(std::string_view text, std::size_t at) {
  while ((at = text.find("{{", at)) != std::string_view::npos) {
    const auto end = text.find("}}", at);
    if (end == std::string_view::npos) return std::nullopt;
    if (at == 0 || text[at - 1] != '$')
      return Placeholder{at, end + 2, trim(text.substr(at + 2, end - at - 2))};
    at = end + 2;
  }
  return std::nullopt;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

/// Host and port of an address, as offsets.
struct HostPart {
  std::size_t begin;
  std::size_t end;
};

HostPart host_of(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return {url.size(), url.size()};
  return {scheme + 3, std::min(url.find_first_of("/?#\\", scheme + 3), url.size())};
}

/// Whether a path, a query or a fragment begins with it.
bool ends_a_host(std::string_view text) {
  return !text.empty() && std::string_view("/?#").find(text.front()) != std::string_view::npos;
}

tl::unexpected<Error> unfit(std::string_view name, std::string_view where) {
  return fail(Fault::step, fmt::format("the captured '{}' does not fit into {}", name, where));
}

const Json* find(const Json& document, const std::string& pointer) {
  try {
    const Json::json_pointer path(pointer);
    return document.contains(path) ? &document.at(path) : nullptr;
  } catch (const Json::exception&) {
    return nullptr;
  }
}

}  // namespace

std::vector<std::string> placeholders(std::string_view text) {
  std::vector<std::string> names;
  for (auto one = next_placeholder(text, 0); one; one = next_placeholder(text, one->end))
    names.emplace_back(one->name);
  return names;
}

std::string with_captured(std::string_view text, const Captured& captured) {
  std::string filled;
  std::size_t done = 0;
  for (auto one = next_placeholder(text, 0); one; one = next_placeholder(text, one->end)) {
    const auto value = captured.find(one->name);
    if (value == captured.end()) continue;
    filled.append(text.substr(done, one->begin - done)).append(value->second);
    done = one->end;
  }
  return filled.append(text.substr(done));
}

Result<std::string> url_with_captured(std::string_view url, const Captured& captured) {
  HostPart host = host_of(url);
  for (auto one = next_placeholder(url, 0); one; one = next_placeholder(url, one->end)) {
    const auto value = captured.find(one->name);
    if (value == captured.end()) continue;
    const std::string& text = value->second;
    const bool fits = std::ranges::none_of(text, [](char c) { return is_control(c) || c == ' '; });
    if (!fits) return unfit(one->name, "an address");
    if (one->begin >= host.end) continue;
    if (one->begin <= host.begin || !ends_a_host(text)) return unfit(one->name, "the host's name");
    host.end = one->begin;
  }
  return with_captured(url, captured);
}

Result<std::string> header_with_captured(std::string_view header, const Captured& captured) {
  for (auto one = next_placeholder(header, 0); one; one = next_placeholder(header, one->end)) {
    const auto value = captured.find(one->name);
    if (value != captured.end() && std::ranges::any_of(value->second, is_control))
      return unfit(one->name, "a header");
  }
  return with_captured(header, captured);
}

Result<void> capture_json(const std::vector<Capture>& captures, std::string_view body,
                          Captured& into) {
  const auto by_pointer = [](const Capture& capture) { return capture.header.empty(); };
  if (std::ranges::none_of(captures, by_pointer)) return {};
  const Json document = Json::parse(body, nullptr, false);
  if (document.is_discarded()) return fail(Fault::step, "nothing to capture: no JSON");
  Captured found;
  for (const Capture& capture : captures) {
    if (!by_pointer(capture)) continue;
    const Json* const value = find(document, capture.pointer);
    if (value == nullptr || value->is_null())
      return fail(Fault::step,
                  fmt::format("nothing to capture for '{}' at {}", capture.name, capture.pointer));
    found[capture.name] = value->is_string()
                              ? value->get<std::string>()
                              : value->dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  for (auto& [name, value] : found) into.insert_or_assign(name, std::move(value));
  return {};
}

bool is_pointer(std::string_view text) {
  try {
    static_cast<void>(Json::json_pointer(std::string(text)));
    return true;
  } catch (const Json::exception&) {
    return false;
  }
}

}  // namespace pipectl::stages::load
