#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace pipectl {

/// One file that a user wrote, kept whole so that a diagnostic can quote it.
struct SourceFile {
  std::string path;  ///< as the user would write it (relative to where pipectl was called)
  std::string text;  ///< valid UTF-8
};

/// A place in a SourceFile. `line` and `column` start at 1 and count lines and bytes;
/// line 0 means the file as a whole, a null `file` no place at all (command line).
/// The SourceFile must outlive the span; the loaded pipeline owns it.
struct Span {
  const SourceFile* file{nullptr};
  std::uint32_t line{0};
  std::uint32_t column{0};
  std::uint32_t length{1};  ///< bytes to underline, within the line
};

enum class Severity { error, warning };

/// One finding about the user's input, as data. Text is made by `render`.
struct Diagnostic {
  Severity severity{Severity::error};
  Span where;
  std::string message;  ///< what is wrong, without full stop: `unknown key 'timout'`
  std::string hint;     ///< the way out, may be empty: `did you mean 'timeout'?`
};

/// Collects every finding of a load; nothing stops at the first one. The same finding at the same
/// place (a value that several stages inherit) is kept once.
class Diagnostics {
 public:
  void error(Span where, std::string message, std::string hint = {});
  void warning(Span where, std::string message, std::string hint = {});
  void add(Diagnostic diagnostic);

  [[nodiscard]] bool has_errors() const noexcept { return errors_ > 0; }
  /// Every error() so far, repeated ones too: compare before and after to learn whether a part of
  /// the work went well.
  [[nodiscard]] std::size_t error_count() const noexcept { return errors_; }
  /// What a user counts: the errors in all().
  [[nodiscard]] std::size_t distinct_errors() const noexcept { return distinct_errors_; }
  /// In the order found; `sorted()` gives them by file and place.
  [[nodiscard]] const std::vector<Diagnostic>& all() const noexcept { return all_; }
  [[nodiscard]] std::vector<Diagnostic> sorted() const;

 private:
  std::vector<Diagnostic> all_;
  std::set<std::tuple<const SourceFile*, std::uint32_t, std::uint32_t, std::string>> seen_;
  std::size_t errors_{0};
  std::size_t distinct_errors_{0};
};

enum class Colour { off, on };

/// `pipeline.yaml:12:5: error: unknown key 'timout'`, the line, a caret under the place,
/// `  hint: did you mean 'timeout'?`. Control characters of the quoted line are escaped, tabs
/// become blanks, a long line is cut around the place. Ends with a line break.
[[nodiscard]] std::string render(const Diagnostic& diagnostic, Colour colour = Colour::off);
[[nodiscard]] std::string render(const std::vector<Diagnostic>& diagnostics,
                                 Colour colour = Colour::off);

}  // namespace pipectl
