#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pipectl {

/// A glob pattern (see glob_match) made ready once, for matching many paths. Works as an automaton:
/// the time is at most the pattern's length times the path's, whatever the pattern.
///
///   *       any characters but '/'            **      any characters
///   ?       one character but '/'             **/     any number of folders, also none
///   [a-z]   one of these, [!a-z] none of      {a,b}   either; may be nested and empty
///   \x      x itself                          an unclosed [ or { stands for itself
class Glob {
 public:
  explicit Glob(std::string_view pattern);
  [[nodiscard]] bool matches(std::string_view path) const;
  /// The `[` or `{` of a pattern that nothing closes, most likely by mistake; else '\0'.
  /// See glob_problem.
  [[nodiscard]] static char unclosed(std::string_view pattern);

 private:
  enum class Op : std::uint8_t { character, not_slash, any, set, not_in_set, split, jump, match };
  struct Step {
    Op op{Op::match};
    std::uint32_t a{0};  ///< character; first range of a set; where to go on
    std::uint32_t b{0};  ///< end of the ranges of a set; second way of a split
  };
  class Compiler;
  class Run;

  std::vector<Step> steps_;
  std::vector<std::pair<char32_t, char32_t>> ranges_;
};

struct GlobProblem {
  std::string message;  ///< `nothing closes the '[' of the pattern 'a['`
  std::string hint;
};

/// What is most likely a mistake in a pattern, for whoever wrote it.
[[nodiscard]] std::optional<GlobProblem> glob_problem(std::string_view pattern);

}  // namespace pipectl
