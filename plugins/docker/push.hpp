#pragma once

#include <string>
#include <vector>

#include "plugins/docker/arguments.hpp"
#include "plugins/docker/client.hpp"

namespace pipectl::docker {

/// Pushes with patience, and believes only what the registry says afterwards.
class Pusher {
 public:
  Pusher(const Client& client, StageContext& context) : client_(client), context_(context) {}

  /// Pushes a name that the engine has; the digest, as the registry has it. What is likely to pass
  /// (5xx, 429, a broken connection) is tried again, five times in all.
  [[nodiscard]] Result<std::string> push(const std::string& name);
  struct Member {
    std::string name;
    std::string platform;
    std::string digest{};  ///< as its push told
  };
  /// Makes `name` the list of images that were pushed, one for each platform; its digest. The
  /// registry's list must have exactly these members.
  [[nodiscard]] Result<std::string> push_list(const std::string& name,
                                              const std::vector<Member>& members);

 private:
  [[nodiscard]] Result<Answer> patiently(const Arguments& arguments, const std::string& what);
  [[nodiscard]] Result<Answer> read_back(const std::string& name);
  [[nodiscard]] Call call() const;

  const Client& client_;
  StageContext& context_;
};

/// Pure: says what a member of a list is for; a builder may not have written it into the image.
[[nodiscard]] Arguments annotate_arguments(const std::string& list, const Pusher::Member& member);

/// Pure: the digest in what `docker push` prints, or empty.
[[nodiscard]] std::string pushed_digest(const std::string& output);
/// Pure: the digests in what `docker manifest inspect --verbose` prints: one, or one for each
/// platform.
[[nodiscard]] std::vector<std::string> digests_of_manifest(const std::string& text);

}  // namespace pipectl::docker
