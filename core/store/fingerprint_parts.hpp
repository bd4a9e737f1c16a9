#pragma once

#include <string>
#include <vector>

#include "core/base/cancel.hpp"
#include "core/store/file_hashes.hpp"
#include "core/store/fingerprint.hpp"

namespace pipectl::store {

/// What a name in the list of a key stands for: its first character.
enum class Part : char {
  version = 'v',  ///< of this list's form
  stage = 's',
  definition = 'd',
  output = 'o',    ///< a pattern
  variable = 'e',  ///< with the digest of its value
  file = 'f',      ///< with its mark
};

/// All that the key of a stage is made of, as it is now.
struct Fingerprint {
  NameValues parts;
  std::string key;
  std::vector<std::string> warnings;
};

Result<Fingerprint> fingerprint_of(const SkipRequest& request, FileHashes& hashes,
                                   const CancelToken& cancel);

}  // namespace pipectl::store
