#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/api/stage_kind.hpp"
#include "plugins/docker/arguments.hpp"
#include "plugins/docker/keys.hpp"

namespace pipectl::docker {

/// `docker:` of `kind: build`, as written.
struct BuildSpec {
  expr::Template context;  ///< folder in the workspace; empty: the stage's working directory
  expr::Template file;     ///< Dockerfile, relative to the context; empty: its own
  expr::Template target;
  NamedTemplates build_args;
  NamedTemplates labels;
  std::vector<std::string> secrets;  ///< granted to the stage; for `RUN --mount=type=secret`
  std::vector<expr::Template> tags;
  std::vector<std::string> platforms;  ///< none: the engine's own
  std::vector<expr::Template> cache_from;
  enum class Cache { use, ignore } cache{Cache::use};
  enum class Bases { as_here, newest } bases{Bases::as_here};
  std::vector<expr::Template> check;  ///< run in the image
  enum class Check { none, shell, program } check_form{Check::none};
};

/// Reads the mapping; nothing when it has an error (reported).
[[nodiscard]] std::optional<BuildSpec> parse_build(yaml::Node mapping, const ParseContext& context);

/// The JSON Schema of the mapping.
extern const char* const build_schema;

/// One call of a builder, evaluated.
struct BuildCall {
  enum class Builder { buildx, legacy } builder{Builder::legacy};
  std::string context;
  std::string file;
  std::string target;
  std::vector<std::pair<std::string, std::string>> build_args;
  std::vector<std::pair<std::string, std::string>> labels;
  std::vector<std::string> secrets;
  std::vector<std::string> tags;
  std::string platform;
  std::vector<std::string> cache_from;
  std::string id_file;
  BuildSpec::Cache cache{BuildSpec::Cache::use};
  BuildSpec::Bases bases{BuildSpec::Bases::as_here};
};

/// Pure. Secrets stand in it by name only.
[[nodiscard]] Arguments build_arguments(const BuildCall& call);

/// `app:1` for one of several platforms: `app:1-linux-arm64`.
[[nodiscard]] std::string tag_for(const std::string& tag, const std::string& platform);

}  // namespace pipectl::docker
