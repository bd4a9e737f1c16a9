#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/stage_kind.hpp"

namespace pipectl {

/// One probe of one thing: http, tcp, command. Shared by verify, deploy and analysis. Immutable.
class HealthCheck {
 public:
  virtual ~HealthCheck() = default;
  /// `http://app/ready`, `tcp app:80`: for messages, behind the word `health`.
  [[nodiscard]] virtual std::string describe(const expr::Scope& scope) const = 0;
  /// One try, ending at `deadline` at the latest. The value says what was seen (`200 in 12ms`), an
  /// error what was wrong and what was wanted (`503, want 200`): Fault::step for what the one who
  /// is checked has done, Fault::infrastructure when whoever knows of it could not be asked.
  virtual Result<std::string> probe(StageContext& context, SteadyTime deadline,
                                    const CancelToken& cancel) const = 0;
};

/// A key that may name a check: `http`, `tcp`, `command`.
class HealthCheckKind {
 public:
  virtual ~HealthCheckKind() = default;
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;
  [[nodiscard]] virtual std::string_view summary() const noexcept = 0;
  [[nodiscard]] virtual std::vector<KeyDoc> keys() const = 0;  ///< its own key included
  [[nodiscard]] virtual std::unique_ptr<HealthCheck> parse(yaml::Reader& reader,
                                                           const ParseContext& context) const = 0;
};

}  // namespace pipectl
