#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/env.hpp"
#include "core/base/result.hpp"
#include "core/exec/executor.hpp"
#include "core/model/pipeline.hpp"
#include "core/yaml/document.hpp"

namespace pipectl {

/// Where secret values come from: `env`, `file`, `command`. The provider's name is the key in the
/// declaration: `API_KEY: {command: [vault, kv, get, …]}`.
class SecretProvider {
 public:
  virtual ~SecretProvider() = default;
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;
  [[nodiscard]] virtual std::string_view summary() const noexcept = 0;
  /// JSON Schema fragment of its value.
  [[nodiscard]] virtual std::string_view type() const noexcept = 0;
  /// The arguments as strings: the variable's name, the absolute path, the argument vector.
  [[nodiscard]] virtual std::vector<std::string> parse(yaml::Node value,
                                                       const std::filesystem::path& base,
                                                       Diagnostics& diagnostics) const = 0;
  struct Request {
    const SecretDecl& secret;
    const EnvMap& host;
    Executor& executor;
    CancelToken cancel;
    std::optional<SteadyTime> deadline{};  ///< of who asks; a provider's own limit may be sooner
  };
  /// The value; nothing when it is not there (the caller decides by `optional`). One trailing line
  /// break is dropped from files and commands. An error never holds any part of a value.
  virtual Result<std::optional<std::string>> resolve(const Request& request) const = 0;
};

}  // namespace pipectl
