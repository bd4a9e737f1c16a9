#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/base/diagnostic.hpp"

namespace pipectl::config {

/// Where a word stands that the language has and this version cannot do.
enum class Place { pipeline_key, stage_key, kind, executor, check };

/// A word of the language that later versions build. Nothing may pretend to run it.
struct NotBuilt {
  Place place;
  std::string_view name;
  std::string_view hint;  ///< what to do meanwhile
};

/// All of them; what gets built leaves this list.
[[nodiscard]] std::span<const NotBuilt> not_built() noexcept;
[[nodiscard]] const NotBuilt* find_not_built(Place place, std::string_view name) noexcept;

/// When the word is one of them: reports "`gate` is not built in this version of pipectl" with its
/// hint, and returns true.
bool report_not_built(Place place, std::string_view name, Span where, Diagnostics& diagnostics);

}  // namespace pipectl::config
