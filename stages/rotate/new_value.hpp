#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/api/secret_keeper.hpp"

namespace pipectl::stages {

struct FreshValue {
  std::string text;
  bool issued{false};  ///< by a command: somebody else knows it, too
};

/// Where the new value of a secret comes from: `random`, `command` or `secret`.
class NewValue {
 public:
  /// Reads `value`; nothing after an error (reported).
  [[nodiscard]] static std::optional<NewValue> parse(yaml::Reader& reader,
                                                     const ParseContext& context);
  [[nodiscard]] std::string preview(const expr::Scope& scope) const;
  /// Hidden before it is given. A command may be asked again by a later try: what it issued in one
  /// that died before the value was written down is known to nobody.
  [[nodiscard]] Result<FreshValue> make(const std::string& secret, StageContext& context,
                                        SecretKeeper& keeper) const;

 private:
  [[nodiscard]] Result<std::string> ask(StageContext& context, SecretKeeper& keeper) const;

  std::size_t random_{0};  ///< bytes
  std::vector<expr::Template> command_;
  std::string secret_;  ///< a granted one
};

inline constexpr std::string_view new_value_type =
    R"({"type":"object","additionalProperties":false,"minProperties":1,"maxProperties":1,)"
    R"("properties":{"random":{"type":"integer","minimum":16,"maximum":512},)"
    R"("command":{"type":"array","items":{"type":"string"},"minItems":1},)"
    R"("secret":{"type":"string"}}})";

}  // namespace pipectl::stages
