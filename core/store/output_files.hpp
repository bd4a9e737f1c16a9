#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/cancel.hpp"
#include "core/store/file_hashes.hpp"
#include "core/store/find_files.hpp"
#include "core/store/fingerprint.hpp"

namespace pipectl::store {

/// What the output patterns name now.
[[nodiscard]] Result<FileSet> find_outputs(const SkipRequest& request, const CancelToken& cancel);

/// As they are recorded: each file and link with its mark, folders with one of their own. Sockets
/// and the like are nobody's output.
[[nodiscard]] Result<NameValues> marked_outputs(const std::filesystem::path& directory,
                                                const std::vector<FoundFile>& files,
                                                FileHashes& hashes);

struct OutputState {
  std::string missing;  ///< the first that is not there, or is different; empty: none
  std::vector<FoundFile>
      extra;  ///< what is there and was not recorded, folders after their content
};
[[nodiscard]] Result<OutputState> compare_outputs(const SkipRequest& request,
                                                  const NameValues& recorded, FileHashes& hashes,
                                                  const CancelToken& cancel);

/// Removes what compare_outputs() found to be extra; folders only when nothing is left in them.
/// Goes through no link: false when one has come in the way, and what lies behind it stays.
[[nodiscard]] Result<bool> remove_outputs(const std::filesystem::path& directory,
                                          const std::vector<FoundFile>& extra);

}  // namespace pipectl::store
