#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/api/stage_kind.hpp"

namespace pipectl::docker {

/// `ghcr.io/team/app:1.2`, taken apart as registries see it.
struct ImageName {
  std::string registry;    ///< as people write it: `docker.io`, `127.0.0.1:5000`
  std::string repository;  ///< `team/app`, `library/debian`
  std::string reference;   ///< tag or digest
  [[nodiscard]] std::string text() const;
};
/// Without a tag it is `latest`. Nothing when it is no name of an image.
[[nodiscard]] std::optional<ImageName> parse_image_name(const std::string& name);

/// An image, or a list of them, as its registry keeps it: its digest is that of these very bytes.
struct Manifest {
  std::string bytes;
  std::string media_type;
  std::string digest;
};

struct RegistryLogin {
  std::string user;
  std::string password;
};
/// By registry.
using RegistryLogins = std::map<std::string, RegistryLogin, std::less<>>;
/// Those that `docker login` left in the user's configuration, without what helpers keep.
[[nodiscard]] RegistryLogins logins_of_docker(const EnvMap& env);

/// Reads and names images in registries by the distribution API (OCI 1.1), without an engine. Of
/// this host by plain HTTP, all else by https. What is likely to pass is tried again, five times in
/// all. Errors: Fault::infrastructure, Fault::cancelled.
class RegistryClient {
 public:
  RegistryClient(StageContext& context, RegistryLogins logins)
      : context_(context), logins_(std::move(logins)) {}

  /// Nothing when it is not there. An error when the bytes are not those of their digest.
  [[nodiscard]] Result<std::optional<Manifest>> find(const ImageName& name);
  /// Makes `target` a name of the image that `source` names, in the same registry: by the same
  /// bytes, so by the same digest. What they refer to is made known to another repository first.
  [[nodiscard]] Result<void> name(const ImageName& source, const Manifest& manifest,
                                  const ImageName& target);

 private:
  struct Ask;
  [[nodiscard]] Result<HttpResponse> patiently(const ImageName& name, const Ask& ask);
  [[nodiscard]] Result<HttpResponse> send(const ImageName& name, const Ask& ask);
  [[nodiscard]] Result<std::string> token_for(const ImageName& name, const Ask& ask,
                                              std::string_view challenge);
  [[nodiscard]] Result<void> make_known(const ImageName& source, const Manifest& manifest,
                                        const ImageName& target);
  [[nodiscard]] Result<void> mount(const ImageName& source, const std::string& digest,
                                   const ImageName& target);
  [[nodiscard]] Result<void> put(const ImageName& name, const Manifest& manifest);

  StageContext& context_;
  RegistryLogins logins_;
  std::map<std::string, std::string> authorizations_;  ///< header by repository and right
};

/// Pure: the parameters of `Bearer realm="…",service="…"`.
[[nodiscard]] std::map<std::string, std::string> challenge_parameters(std::string_view challenge);

}  // namespace pipectl::docker
