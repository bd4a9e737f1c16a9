#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/name_set.hpp"
#include "core/model/stage_spec.hpp"
#include "core/yaml/reader.hpp"

namespace pipectl::config {

/// Reports a name that is not `[A-Za-z][A-Za-z0-9_-]*` or longer than 100 characters; `what` names
/// the thing in the message: `a stage`.
bool check_name(yaml::Node key, std::string_view what, Diagnostics& diagnostics);

[[nodiscard]] std::optional<expr::Template> read_template(yaml::Node value, std::string_view key,
                                                          Diagnostics& diagnostics);
[[nodiscard]] std::vector<expr::Template> read_templates(yaml::Reader& reader,
                                                         std::string_view key);
/// Looks at one text that is known when the file is loaded, and reports what is wrong with it.
using CheckText = void (*)(std::string_view text, Span where, Diagnostics& diagnostics);

/// A `[` or `{` that nothing closes.
void check_glob(std::string_view pattern, Span where, Diagnostics& diagnostics);
/// As check_glob, and what leaves the working directory.
void check_file_pattern(std::string_view pattern, Span where, Diagnostics& diagnostics);
/// Those of them that hold no expression.
void check_file_patterns(const std::vector<expr::Template>& patterns, Diagnostics& diagnostics);

/// A scalar or list of scalars as it stands; `${{` in one is an error, for what a run cannot
/// change. `check` looks at each.
[[nodiscard]] std::vector<std::string> read_literals(yaml::Reader& reader, std::string_view key,
                                                     CheckText check);
/// False (and a diagnostic) when the value holds `${{`.
bool check_literal(yaml::Node value, std::string_view key, Diagnostics& diagnostics);

/// Reports a name that no secret has.
bool check_secret(yaml::Node name, const NameSet& secrets, Diagnostics& diagnostics);
/// A list of secrets, each once; unknown ones are reported.
[[nodiscard]] std::vector<std::string> read_grants(yaml::Reader& reader, const NameSet& secrets);

/// NAME: value pairs. A value that is null is the empty text.
[[nodiscard]] std::vector<EnvEntry> read_env(yaml::Node mapping, Diagnostics& diagnostics);

/// A number of further attempts, or a mapping.
[[nodiscard]] Retry read_retry(yaml::Node value, Diagnostics& diagnostics);

}  // namespace pipectl::config
