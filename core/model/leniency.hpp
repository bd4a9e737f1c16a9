#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/diagnostic.hpp"
#include "core/base/glob.hpp"
#include "core/expr/template.hpp"

namespace pipectl {

/// Why something is let pass, and until when.
struct Excuse {
  std::string reason;
  std::chrono::year_month_day expires;  ///< the last day on which it holds, UTC
};

/// Lets findings or a gate pass. Of the patterns for a finding all that are there must match.
struct Waiver {
  std::string gate;     ///< a metric; empty: it is for findings
  std::string rule;     ///< `*` stands for any characters
  std::string package;  ///< as `rule`; with or without the version
  std::string path;     ///< a glob
  Excuse excuse;
  Span where;
};

/// Lets a test fail.
struct Quarantine {
  std::string test;  ///< `NAME` or `SUITE.NAME`; `*` stands for any characters
  Excuse excuse;
  Span where;
};

/// What becomes of tests that fail now and then.
struct FlakyPolicy {
  unsigned reruns{0};                 ///< at most; only tests that failed are run again
  std::vector<expr::Template> rerun;  ///< the script that does it
  std::vector<Quarantine> quarantine;
};

/// What a stage lets pass.
struct StageLeniency {
  std::vector<Waiver> waivers;
  FlakyPolicy flaky;
  /// SARIF of findings that are known, relative to the working directory; empty: none.
  expr::Template baseline;
};
/// By stage; those that let nothing pass are not in it.
using Leniency = std::map<std::string, StageLeniency, std::less<>>;

/// `2026-12-31`; nothing when there is no such day.
[[nodiscard]] std::optional<std::chrono::year_month_day> parse_day(std::string_view text);
[[nodiscard]] std::string to_text(std::chrono::year_month_day day);

[[nodiscard]] bool is_expired(const Excuse& excuse, WallTime now);
/// `until 2026-12-31: the fix is on its way`.
[[nodiscard]] std::string describe(const Excuse& excuse);
/// The pattern that it is for: `CVE-2024-1 in src/**`, `gate coverage`.
[[nodiscard]] std::string describe(const Waiver& waiver);

/// A pattern in which `*` stands for any characters and nothing else is special.
[[nodiscard]] Glob wildcard(std::string_view pattern);

}  // namespace pipectl
