#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/expr/value.hpp"

namespace pipectl::expr {

/// `stages.build.outputs.tag` is {"stages", "build", "outputs", "tag"}.
using Path = std::span<const std::string>;

/// Where a value comes from. What the file itself fixes may be put into a shell text; what comes
/// from outside (git, params, event, outputs, -e, and everything made from them) may not.
enum class Origin { file, outside };

/// What is known about names when a file is loaded, before anything has a value.
class Names {
 public:
  struct Known {
    bool exists{false};
    Origin origin{Origin::outside};
    /// Environment variable that carries the value to a child, for the taint hint; may be empty.
    std::string variable;
    /// What would have been right in place of the part that is wrong, or of the whole path. Of a
    /// name that exists: every text that it can be, where the file fixes them; else empty.
    std::vector<std::string> candidates;
    /// Which part of the path is wrong (0 is the first); nothing: the whole path is told.
    std::optional<std::size_t> part;
    /// Of a name that does not exist: the way out, where it is another one than a suggestion
    /// (`add 'build' to the needs of this stage`); may be empty.
    std::string hint{};
  };
  virtual ~Names() = default;
  [[nodiscard]] virtual Known look_up(Path path) const = 0;
};

/// The values at one moment of a run.
class Scope {
 public:
  virtual ~Scope() = default;
  [[nodiscard]] virtual Value value(Path path) const = 0;
  /// Its needs ended well: without a condition this stage would run.
  [[nodiscard]] virtual bool success() const = 0;
  [[nodiscard]] virtual bool failure()
      const = 0;  ///< a need of this stage, or one of its needs, failed
  /// Any file changed by the event matches any of the patterns.
  [[nodiscard]] virtual bool changed(std::span<const std::string> patterns) const = 0;
};

}  // namespace pipectl::expr
