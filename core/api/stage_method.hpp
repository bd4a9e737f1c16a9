#pragma once

#include <memory>
#include <string_view>

#include "core/api/stage_kind.hpp"

namespace pipectl {

/// A way to do a kind's work that is named by a key of the stage and takes the place of `run`:
/// `docker` under `kind: build`. Immutable.
class StageMethod {
 public:
  virtual ~StageMethod() = default;
  [[nodiscard]] virtual std::string_view kind() const noexcept = 0;  ///< `build`
  [[nodiscard]] virtual KeyDoc key() const = 0;                      ///< `docker`
  /// Reads the key's value. Null only if there was at least one error.
  [[nodiscard]] virtual std::unique_ptr<StageRunner> parse(yaml::Node value,
                                                           const ParseContext& context) const = 0;
};

}  // namespace pipectl
