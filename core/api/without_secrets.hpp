#pragma once

#include <map>
#include <string>

namespace pipectl {

/// What a StageRunner may be, too: one with work that sends none of its secrets anywhere.
class WithoutSecrets {
 public:
  virtual ~WithoutSecrets() = default;
  /// True when what it was told to do (StageContext::remembered) is such work: then a granted
  /// secret that is not there is no failure, and a note says which one it is.
  [[nodiscard]] virtual bool sends_no_secrets(
      const std::map<std::string, std::string>& remembered) const = 0;
};

}  // namespace pipectl
