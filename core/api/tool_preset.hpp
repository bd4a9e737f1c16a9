#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace pipectl {

/// A tool as data: what `tool: eslint` stands for. All texts are literals. In `command`, `env` and
/// the files of `reports` the placeholder `{FORMAT}` is the file of that report, and `{dir}` the
/// folder of all of them. In `rerun` `{tests}` is a regular expression for the names of tests.
struct ToolPreset {
  enum class Writes : std::uint8_t { file, output };  ///< the first report: itself, or to stdout
  enum class Globs : std::uint8_t { expand, keep };   ///< arguments with wildcards
  struct Report {
    std::string_view format;  ///< a ReportReader
    std::string_view file;    ///< in the reports' folder; with `./` before it: where it always is
  };
  using Pair = std::pair<std::string_view, std::string_view>;

  std::string_view name;
  std::string_view kind;  ///< the kind of stage that it is for
  std::string_view summary;
  std::vector<std::string_view> command;  ///< its beginning; arguments follow
  /// As `command`, for the tests only that failed; none: it cannot, or not by their names.
  /// Arguments stand where `{args}` does, else behind.
  std::vector<std::string_view> rerun{};
  std::vector<std::string_view>
      args{};                     ///< when the stage gives none; empty: it has to, or needs none
  std::vector<Report> reports{};  ///< none: the exit code decides
  std::vector<Pair> gate{};       ///< when the stage sets none
  std::vector<int> found{};       ///< exit codes that mean "ran well and found something"
  std::vector<Pair> env{};
  /// What succeeds where a part of it is there that is installed by itself; none: it has no such
  /// part.
  std::vector<std::string_view> part{};
  std::vector<std::string_view> signs{};  ///< globs of files which show that a project uses it
  std::string_view install{};             ///< how to get it
  /// A public container image that has it in PATH, and a shell; empty: none is well known.
  std::string_view image{};
  Writes writes{Writes::file};
  Globs globs{Globs::keep};
  enum class Args : std::uint8_t { optional, required } needs{Args::optional};
};

}  // namespace pipectl
