#include "core/base/diagnostic.hpp"

#include <algorithm>
#include <utility>

namespace pipectl {

void Diagnostics::error(Span where, std::string message, std::string hint) {
  add({Severity::error, where, std::move(message), std::move(hint)});
}

void Diagnostics::warning(Span where, std::string message, std::string hint) {
  add({Severity::warning, where, std::move(message), std::move(hint)});
}

void Diagnostics::add(Diagnostic diagnostic) {
  const bool error = diagnostic.severity == Severity::error;
  if (error) ++errors_;
  const Span& where = diagnostic.where;
  if (!seen_.emplace(where.file, where.line, where.column, diagnostic.message).second) return;
  if (error) ++distinct_errors_;
  all_.push_back(std::move(diagnostic));
}

std::vector<Diagnostic> Diagnostics::sorted() const {
  auto result = all_;
  const auto place = [](const Diagnostic& d) {
    const std::string_view path =
        d.where.file == nullptr ? "" : std::string_view(d.where.file->path);
    return std::make_tuple(d.where.file != nullptr, path, d.where.line, d.where.column);
  };
  std::stable_sort(result.begin(), result.end(),
                   [&](const Diagnostic& a, const Diagnostic& b) { return place(a) < place(b); });
  return result;
}

}  // namespace pipectl
