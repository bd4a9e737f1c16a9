#pragma once

#include <map>
#include <string>

#include "core/api/stage_kind.hpp"

namespace pipectl::releasing {

/// How far a release had come, as its stage remembers it through a crash. Each is journaled before
/// it is acted on; what is there already (a commit, a tag, what the remote and GitHub have) is
/// asked again all the same, so that a step is never repeated because its journal entry is missing.
struct Memory {
  std::string version;  ///< decided; it stays the same until the release is done
  std::string commit;   ///< of the release: written, and perhaps HEAD already
  std::string release;  ///< id on GitHub
  std::string image;    ///< digest of the image that is promoted
};

[[nodiscard]] Memory recall(const std::map<std::string, std::string>& notes);

constexpr const char* version_note = "release.version";
constexpr const char* commit_note = "release.commit";
constexpr const char* release_note = "release.github";
constexpr const char* image_note = "release.image";

}  // namespace pipectl::releasing
