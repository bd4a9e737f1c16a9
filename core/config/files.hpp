#pragma once

#include <deque>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/base/diagnostic.hpp"
#include "core/base/sha256.hpp"
#include "core/yaml/document.hpp"

namespace pipectl::config {

/// One file of a pipeline, read and parsed.
struct ConfigFile {
  enum class Role { main, included };
  Role role{Role::main};
  std::filesystem::path folder;  ///< absolute; what the file names is relative to it
  std::filesystem::path shown;   ///< the same folder, as messages name it
  yaml::Document document;
};

/// Reads a pipeline file and what it includes, each file once.
class Files {
 public:
  using Sources = std::deque<std::unique_ptr<SourceFile>>;

  Files(Sources& sources, Diagnostics& diagnostics)
      : sources_(sources), diagnostics_(diagnostics) {}

  /// Problems go to the diagnostics; what could be read is in all().
  void read_all(const std::filesystem::path& main);

  /// An included file stands before the one that includes it. Addresses stay.
  [[nodiscard]] const std::deque<ConfigFile>& all() const noexcept { return files_; }

  /// Every file could be read as YAML.
  [[nodiscard]] bool complete() const noexcept { return complete_; }

  /// A file that `file` names; nothing (and a diagnostic) when it cannot be read. Counts for the
  /// digest. For files that are no YAML.
  [[nodiscard]] const SourceFile* read_other(yaml::Node name, const ConfigFile& file);

  /// Over everything that was read so far.
  [[nodiscard]] std::string digest();

 private:
  void visit(const std::filesystem::path& path, ConfigFile::Role role, Span named);
  void visit_includes(const ConfigFile& file);
  void include(yaml::Node name, const ConfigFile& file);
  [[nodiscard]] const SourceFile* read(const std::filesystem::path& path, Span named);

  Sources& sources_;
  Diagnostics& diagnostics_;
  std::deque<ConfigFile> files_;
  std::filesystem::path root_;  ///< what includes may not leave
  bool in_repository_{false};
  bool complete_{true};
  std::set<std::filesystem::path> done_;     ///< canonical
  std::vector<std::filesystem::path> path_;  ///< canonical, from the main file to here
  std::vector<std::string> path_shown_;
  Sha256 digest_;
};

}  // namespace pipectl::config
