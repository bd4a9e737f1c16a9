#pragma once

#include <string>
#include <utility>
#include <vector>

namespace pipectl::release {

/// A file of a release.
struct Asset {
  std::string name;    ///< as it is published
  std::string sha256;  ///< 64 hex digits
};

/// `SHA256SUMS`: what `sha256sum -c` reads, by name.
[[nodiscard]] std::string checksums_of(std::vector<Asset> assets);

/// What is known of how the files were made.
struct Making {
  std::string repository;  ///< URL of the source
  std::string ref;         ///< refs/tags/v1.3.0
  std::string commit;
  std::string stage;
  std::string run;         ///< the id of pipectl's run
  std::string builder;     ///< URL of the CI job's system, or empty: a machine of somebody
  std::string invocation;  ///< URL of the CI job, or empty
};

/// An in-toto Statement v1 with a SLSA Provenance v1 predicate, as JSON. It is not signed: it says
/// what was made from what, and proves nothing to who does not trust the release.
[[nodiscard]] std::string provenance_of(const std::vector<Asset>& assets, const Making& making);

}  // namespace pipectl::release
