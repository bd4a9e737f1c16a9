#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pipectl {

/// The candidate nearest to `word` by edit distance (transpositions count one), or nothing when
/// none is near enough to be what was meant.
[[nodiscard]] std::optional<std::string_view> nearest(std::string_view word,
                                                      std::span<const std::string_view> candidates);

/// `did you mean 'timeout'?`, or empty.
[[nodiscard]] std::string suggestion(std::string_view word,
                                     std::span<const std::string_view> candidates);

[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);
[[nodiscard]] std::string join(std::span<const std::string> parts, std::string_view separator);
[[nodiscard]] std::string_view trim(std::string_view text);
[[nodiscard]] bool is_valid_utf8(std::string_view text) noexcept;
/// At most `bytes` of it, cut between two characters, the end marked with `…` when something is
/// missing.
[[nodiscard]] std::string cut(std::string_view text, std::size_t bytes);
/// The same by characters (code points).
[[nodiscard]] std::string cut_to_characters(std::string_view text, std::size_t characters);

/// `500ms`, `90s`, `15m`, `1h30m`, `2d`; a bare number is seconds. Units go from large to small.
/// Nothing on anything else, negative values and overflow.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
/// For people: `12ms`, `2.1s`, `4m05s`, `1h02m`.
[[nodiscard]] std::string human_duration(std::chrono::milliseconds duration);
/// `512`, `64KiB`, `1.5 GB`, in any case: KB, MB, GB, TB count in 1000, KiB to TiB and the bare
/// letters K, M, G, T in 1024. Nothing on anything else and on overflow.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);
[[nodiscard]] std::string human_size(std::uint64_t bytes);

/// Shell-style pattern over a whole path: `*` and `?` do not cross '/', `**` does, `[a-z]`, `\`
/// escapes, `{a,b}` alternates. Used for branches, tags, changed files, artifacts. To match many
/// paths make a Glob (core/base/glob.hpp) once.
[[nodiscard]] bool glob_match(std::string_view pattern, std::string_view path);

/// Upper case; every character outside [A-Z0-9] becomes `_`: the form of names in PIPECTL_*.
[[nodiscard]] std::string env_name(std::string_view text);

/// Makes text safe for a terminal and one line: control characters become `\n`, `\x1b`, …; so do
/// bytes that are no UTF-8 and characters that reorder a line (`\u202e`).
[[nodiscard]] std::string printable(std::string_view text);

/// Quoted for showing to a person who may paste it into a POSIX shell. Never used to run anything.
[[nodiscard]] std::string shell_quoted(std::string_view argument);

}  // namespace pipectl
