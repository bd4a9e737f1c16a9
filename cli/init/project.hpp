#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace pipectl {
class Registry;
}

namespace pipectl::cli {

/// Which part of the pipeline a stage belongs to; they run in this order.
enum class Part { prepare, quality, build, image, deploy };

/// What a stage does where one of its programs is absent: a test that nobody runs must not look
/// like one that passed.
enum class Absent { fails, skips };

/// A stage to write down.
struct StageDraft {
  Part part{Part::quality};
  std::string name;
  std::string kind;                    ///< empty: `run`
  std::string comment;                 ///< above it, may be empty
  std::vector<std::string> requires_;  ///< programs
  std::vector<std::string> run;        ///< empty: `extra` says what it does
  std::vector<std::string> extra;      ///< further lines, `key: value`
  Absent absent{Absent::fails};
  std::string tool{};  ///< instead of `run`: a preset
};

/// What one kind of project needs.
struct Toolchain {
  std::string name;  ///< `node`: what --template takes
  std::vector<StageDraft> stages;
};

/// Everything that the files of a folder speak of, in a fixed order; empty when nothing is known.
/// Reads only file names and a few small files. Known tools are added whose signs are there.
[[nodiscard]] std::vector<Toolchain> detect(const std::filesystem::path& folder,
                                            const Registry& registry);

/// The names for --template, and the toolchain of one as if its files were in the folder.
[[nodiscard]] std::vector<std::string> template_names();
[[nodiscard]] Result<Toolchain> toolchain_of(std::string_view name,
                                             const std::filesystem::path& folder);

/// A commented pipeline.yaml that this version can run. A name that several toolchains have gets
/// the toolchain's in front.
[[nodiscard]] std::string write_pipeline(const std::string& name,
                                         const std::vector<Toolchain>& toolchains);

}  // namespace pipectl::cli
