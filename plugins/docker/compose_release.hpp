#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.hpp"

namespace pipectl::docker {

/// A Compose project as it was in service, with all that brings it back. Values of secrets are not
/// part of it: they come from the run that goes back.
struct ComposeRelease {
  std::string run;                            ///< run and stage
  std::string commit;                         ///< may be empty
  std::string folder;                         ///< that paths of the files are relative to
  std::vector<std::string> files;             ///< their texts, in order
  std::map<std::string, std::string> env;     ///< what the pipeline file set
  std::map<std::string, std::string> images;  ///< name in the files -> id of the image that ran
  bool left{false};  ///< somebody went back from it (core/api/release_history.hpp)
  /// `1f3c9a2`, or the run
  [[nodiscard]] std::string name() const;
};

/// What the engine itself knows of a project: it outlives the run and its machine's history.
struct ComposeRecord {
  std::optional<ComposeRelease> running;
  std::vector<ComposeRelease> history;  ///< others, the last one in service first, at most five
};

/// One line of JSON, for a label.
[[nodiscard]] std::string to_label(const ComposeRecord& record);
/// Fault::infrastructure when it is none.
[[nodiscard]] Result<ComposeRecord> record_of_label(const std::string& text);

}  // namespace pipectl::docker
