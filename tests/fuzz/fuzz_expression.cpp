// Parses, checks and evaluates arbitrary text as an expression and as a template, written in the
// file in different ways. Nothing may crash or hang, and every place told must lie in the file.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/base/text.hpp"
#include "core/expr/template.hpp"

namespace {

using namespace pipectl;
using namespace pipectl::expr;

/// Knows names of up to three parts; the first letter decides where a value comes from.
class AnyNames final : public Names {
 public:
  [[nodiscard]] Known look_up(Path path) const override {
    Known known;
    known.exists = path.size() <= 3;
    known.origin = path[0] < "m" ? Origin::file : Origin::outside;
    known.candidates = {"git.branch", "env", path[0]};
    if (path.size() % 2 == 0) known.part = path.size();  // also one that is not there
    return known;
  }
};

class AnyScope final : public Scope {
 public:
  [[nodiscard]] Value value(Path path) const override {
    switch (path[0].size() % 5) {
      case 0:
        return {};
      case 1:
        return path[0];
      case 2:
        return 18.0;
      case 3:
        return true;
      default:
        return std::vector<std::string>(path.begin(), path.end());
    }
  }
  [[nodiscard]] bool success() const override { return true; }
  [[nodiscard]] bool failure() const override { return false; }
  [[nodiscard]] bool changed(std::span<const std::string> patterns) const override {
    return std::any_of(patterns.begin(), patterns.end(),
                       [](const auto& pattern) { return glob_match(pattern, "src/main.cpp"); });
  }
};

void require(bool holds) {
  if (!holds) std::abort();
}

void check_places(const SourceFile& file, const Diagnostics& diagnostics) {
  const auto lines = split(file.text, '\n');
  for (const auto& diagnostic : diagnostics.all()) {
    const Span& where = diagnostic.where;
    require(where.file == &file && where.line >= 1 && where.line <= lines.size());
    require(where.column >= 1 && where.column <= lines[where.line - 1].size() + 1);
    require(where.length >= 1);
    require(is_valid_utf8(diagnostic.message) || !is_valid_utf8(file.text));
  }
}

void try_expression(std::string_view text, const SourceFile& file, Span where) {
  Diagnostics diagnostics;
  const auto parsed = Expression::parse(text, where, diagnostics);
  require(parsed.has_value() != diagnostics.has_errors());
  if (parsed) {
    parsed->check(AnyNames(), diagnostics);
    const auto value = parsed->evaluate(AnyScope());
    require(value.has_value() || diagnostics.has_errors());
    require(Expression::parse(parsed->text(), {}, diagnostics).has_value());
    static_cast<void>(parsed->paths());
  }
  check_places(file, diagnostics);
}

void try_template(std::string_view text, const SourceFile& file, Span where) {
  Diagnostics diagnostics;
  const auto parsed = Template::parse(text, where, diagnostics);
  require(parsed.has_value() != diagnostics.has_errors());
  if (parsed) {
    parsed->check(AnyNames(), diagnostics);
    parsed->check_shell(AnyNames(), diagnostics);
    const auto value = parsed->evaluate(AnyScope());
    require(value.has_value() || diagnostics.has_errors());
    if (parsed->is_literal()) require(value == std::string(text));
  }
  check_places(file, diagnostics);
}

/// The value of a key as a file could have it; it need not read as the text.
std::string written(std::string_view text, unsigned style) {
  const std::string value(text);
  switch (style % 5) {
    case 0:
      return "when: " + value;
    case 1:
      return "when: '" + value + "'";
    case 2:
      return "when: \"" + value + "\"\n";
    case 3:
      return "when: |\n  " + value + "\n";
    default:
      return "when: >\n   " + value;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(data + 1, data + size);
  const SourceFile file{"pipeline.yaml", "name: x\n" + written(text, data[0])};
  const Span where{&file, 2, 7, 1};
  try_expression(text, file, where);
  try_template(text, file, where);
  return 0;
}
