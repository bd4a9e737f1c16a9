#include "plugins/docker/registry.hpp"

#include <fmt/format.h>
#include <strings.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/base64.hpp"
#include "core/base/percent.hpp"
#include "core/base/sha256.hpp"
#include "core/base/text.hpp"
#include "plugins/docker/publish_spec.hpp"

namespace pipectl::docker {
namespace {

using Json = nlohmann::json;

constexpr int most_tries = 5;
constexpr Milliseconds first_wait{1'000};
constexpr Milliseconds patience{60'000};
constexpr std::string_view accepted =
    "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json, "
    "application/vnd.docker.distribution.manifest.v2+json";

std::string base_of(const ImageName& name) {
  const std::string host = name.registry == "docker.io" ? "registry-1.docker.io" : name.registry;
  return fmt::format("{}://{}/v2/{}", is_loopback(host) ? "http" : "https", host, name.repository);
}

bool is_passing(int status) { return status == 429 || status >= 500; }

bool is_bearer(std::string_view challenge) {
  constexpr std::string_view word = "bearer ";
  return challenge.size() > word.size() &&
         strncasecmp(challenge.data(), word.data(), word.size()) == 0;
}

/// Where a token is to be had. A password goes there: over https, or within this host.
Result<std::string> realm_of(const ImageName& name, std::string_view challenge) {
  const auto parameters = challenge_parameters(challenge);
  const auto realm = parameters.find("realm");
  const bool here = is_loopback(name.registry);
  if (realm == parameters.end() ||
      !(realm->second.starts_with("https://") || (here && realm->second.starts_with("http://"))))
    return fail(Fault::infrastructure,
                fmt::format("{} does not say where to log in", name.registry));
  std::string url = realm->second;
  url += url.find('?') == std::string::npos ? "?" : "&";
  const auto service = parameters.find("service");
  if (service != parameters.end()) url += "service=" + percent_encoded(service->second) + "&";
  return url;
}

std::string scopes_of(const ImageName& name, const std::string& rights, const std::string& other) {
  const auto scope = [](const std::string& repository, const std::string& right) {
    return "scope=" + percent_encoded(fmt::format("repository:{}:{}", repository, right));
  };
  std::string scopes = scope(name.repository, rights);
  if (!other.empty()) scopes += "&" + scope(other, "pull");
  return scopes;
}

std::string text_in(const Json& object, const char* key) {
  const bool there = object.is_object() && object.contains(key) && object[key].is_string();
  return there ? object[key].get<std::string>() : std::string{};
}

/// What the registry itself says, of the first error.
std::string reason_in(const HttpResponse& response) {
  const Json body = Json::parse(response.body, nullptr, false);
  if (!body.is_object() || !body.contains("errors") || !body["errors"].is_array() ||
      body["errors"].empty())
    return {};
  return printable(text_in(body["errors"].front(), "message"));
}

tl::unexpected<Error> refused(const ImageName& name, std::string_view what,
                              const HttpResponse& response) {
  const std::string reason = reason_in(response);
  const bool login = response.status == 401 || response.status == 403;
  return fail(Fault::infrastructure,
              fmt::format("cannot {} {}: the registry answered {}{}{}", what, name.text(),
                          response.status, reason.empty() ? "" : ": ", reason),
              login ? "give it a `login`, or log in with `docker login`" : "");
}

std::vector<std::string> digests_in(const Json& root, const char* key) {
  std::vector<std::string> digests;
  if (!root.contains(key) || !root[key].is_array()) return digests;
  for (const Json& one : root[key])
    if (auto digest = text_in(one, "digest"); !digest.empty()) digests.push_back(std::move(digest));
  return digests;
}

}  // namespace

struct RegistryClient::Ask {
  std::string method{"GET"};
  std::string path;  ///< below the repository
  std::string rights{"pull"};
  std::string body{};
  std::string content_type{};
  std::string other{};  ///< another repository that must be read for it
};

std::string ImageName::text() const {
  const bool digest = reference.find(':') != std::string::npos;
  return fmt::format("{}/{}{}{}", registry, repository, digest ? "@" : ":", reference);
}

Result<HttpResponse> RegistryClient::send(const ImageName& name, const Ask& ask) {
  HttpRequest request;
  request.method = ask.method;
  request.url = base_of(name) + ask.path;
  request.timeout = patience;
  request.body = ask.body;
  request.headers = {{"Accept", std::string(accepted)}};
  if (!ask.content_type.empty()) request.headers.emplace_back("Content-Type", ask.content_type);
  const std::string key =
      fmt::format("{} {} {} {}", name.registry, name.repository, ask.rights, ask.other);
  for (int round = 0;; ++round) {
    HttpRequest known = request;
    if (const auto found = authorizations_.find(key); found != authorizations_.end())
      known.headers.emplace_back("Authorization", found->second);
    auto response = TRY(context_.http.send(known, context_.cancel));
    const auto* const challenge = response.header("www-authenticate");
    if (response.status != 401 || challenge == nullptr || round > 0) return response;
    std::string answer = TRY(token_for(name, ask, *challenge));
    if (answer.empty()) return response;
    authorizations_[key] = std::move(answer);
  }
}

/// The header that answers the challenge.
Result<std::string> RegistryClient::token_for(const ImageName& name, const Ask& ask,
                                              std::string_view challenge) {
  std::string basic;
  if (const auto login = logins_.find(name.registry); login != logins_.end())
    basic = "Basic " + encode_base64(login->second.user + ":" + login->second.password);
  if (!is_bearer(challenge)) return basic;
  HttpRequest request;
  request.url = TRY(realm_of(name, challenge)) + scopes_of(name, ask.rights, ask.other);
  request.timeout = patience;
  if (!basic.empty()) request.headers.emplace_back("Authorization", basic);
  const auto response = TRY(context_.http.send(request, context_.cancel));
  if (response.status != 200) return refused(name, "log in for", response);
  const Json body = Json::parse(response.body, nullptr, false);
  const std::string token = text_in(body, "token");
  return "Bearer " + (token.empty() ? text_in(body, "access_token") : token);
}

Result<HttpResponse> RegistryClient::patiently(const ImageName& name, const Ask& ask) {
  Milliseconds wait = first_wait;
  for (int tries = 1;; ++tries) {
    auto response = send(name, ask);
    const bool cancelled = !response && response.error().fault == Fault::cancelled;
    if (cancelled || (response && !is_passing(response->status)) || tries == most_tries)
      return response;
    context_.emit.note(
        fmt::format("{}; again in {}",
                    response ? fmt::format("{} answered {}", name.registry, response->status)
                             : response.error().message,
                    human_duration(wait)));
    if (context_.cancel.wait_for(wait)) return fail(Fault::cancelled, "interrupted");
    wait *= 2;
  }
}

Result<std::optional<Manifest>> RegistryClient::find(const ImageName& name) {
  Ask ask;
  ask.path = "/manifests/" + name.reference;
  const auto response = TRY(patiently(name, ask));
  if (response.status == 404) return std::optional<Manifest>{};
  if (response.status != 200) return refused(name, "read", response);
  const auto* const type = response.header("content-type");
  Manifest manifest{response.body, type == nullptr ? "" : *type,
                    "sha256:" + sha256_hex(response.body)};
  const auto* const told = response.header("docker-content-digest");
  const bool by_digest = name.reference.starts_with("sha256:");
  if ((told != nullptr && *told != manifest.digest) ||
      (by_digest && name.reference != manifest.digest))
    return fail(Fault::infrastructure,
                fmt::format("{}: what came has digest {}", name.text(), manifest.digest),
                "the registry is broken, or keeps images of an old form");
  return std::optional{std::move(manifest)};
}

Result<void> RegistryClient::put(const ImageName& name, const Manifest& manifest) {
  Ask ask{"PUT", "/manifests/" + name.reference, "pull,push", manifest.bytes, manifest.media_type,
          {}};
  const auto response = TRY(patiently(name, ask));
  if (response.status == 201) return {};
  return refused(name, "name", response);
}

Result<void> RegistryClient::mount(const ImageName& source, const std::string& digest,
                                   const ImageName& target) {
  Ask ask;
  ask.method = "POST";
  ask.path = fmt::format("/blobs/uploads/?mount={}&from={}", percent_encoded(digest),
                         percent_encoded(source.repository));
  ask.rights = "pull,push";
  ask.other = source.repository;
  const auto response = TRY(patiently(target, ask));
  if (response.status == 201) return {};
  if (response.status != 202) return refused(target, "bring layers to", response);
  return fail(Fault::infrastructure,
              fmt::format("{} takes no layers over from {}", target.registry, source.repository),
              "publish the image to both repositories, and promote it in each");
}

Result<void> RegistryClient::make_known(const ImageName& source, const Manifest& manifest,
                                        const ImageName& target) {
  const Json root = Json::parse(manifest.bytes, nullptr, false);
  if (!root.is_object())
    return fail(Fault::infrastructure, fmt::format("{} is no image", source.text()));
  for (const std::string& digest : digests_in(root, "manifests")) {
    ImageName member = source;
    member.reference = digest;
    const auto found = TRY(find(member));
    if (!found) return fail(Fault::infrastructure, fmt::format("{} is not there", member.text()));
    TRY(make_known(member, *found, target));
    ImageName there = target;
    there.reference = digest;
    TRY(put(there, *found));
  }
  std::vector<std::string> blobs = digests_in(root, "layers");
  if (root.contains("config")) blobs.push_back(text_in(root["config"], "digest"));
  for (const std::string& digest : blobs) TRY(mount(source, digest, target));
  return {};
}

Result<void> RegistryClient::name(const ImageName& source, const Manifest& manifest,
                                  const ImageName& target) {
  if (source.repository != target.repository) TRY(make_known(source, manifest, target));
  TRY(put(target, manifest));
  const auto kept = TRY(find(target));
  if (kept && kept->digest == manifest.digest) return {};
  return fail(Fault::infrastructure,
              fmt::format("{} is {} in the registry, want {}", target.text(),
                          kept ? kept->digest : "not there", manifest.digest),
              "somebody else names images there, or the registry is broken");
}

}  // namespace pipectl::docker
