#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/config/load.hpp"
#include "core/config/name_set.hpp"
#include "core/config/order.hpp"
#include "core/expr/scope.hpp"
#include "core/model/pipeline.hpp"

namespace pipectl::config {

/// Where the value of each variable or value comes from.
using Origins = std::map<std::string, expr::Origin, std::less<>>;

/// What every expression of a file may read, whatever its stage. Filled in the order in which the
/// values are evaluated at run time: a value may read those before it.
struct NameTable {
  struct Environment {
    Origins env;
    Origins values;
  };

  void add_environment(std::string_view name, Environment environment);

  const Pipeline& pipeline;
  const Order& order;
  Variables variables;  ///< set on the command line: known, from outside, and stronger than `env`
  NameSet params{};
  Origins env{};  ///< of the file
  std::map<std::string, Environment, std::less<>> environments{};
  /// Variables of a stage that names no environment: the command line may give it any.
  Origins any_environment{};
  std::unordered_map<std::string_view, std::uint32_t> stages{};
  mutable SuggestionBudget budget{};
};

/// The names that one expression can read: of one stage, or of the file.
class StageNames final : public expr::Names {
 public:
  /// At the top of the file, outside of every stage.
  explicit StageNames(const NameTable& table) : table_(table) {}
  /// In a stage, with the variables of its environment.
  StageNames(const NameTable& table, std::uint32_t stage);

  [[nodiscard]] Known look_up(expr::Path path) const override;

  /// A variable of the nearest layer so far.
  void add_env(std::string_view name, expr::Origin origin);

 private:
  [[nodiscard]] Known env(std::string_view name) const;
  [[nodiscard]] Known param(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> choices(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> environment_names() const;
  [[nodiscard]] Known matrix(std::string_view axis) const;
  [[nodiscard]] Known environment(expr::Path path) const;
  [[nodiscard]] Known output(expr::Path path) const;
  [[nodiscard]] std::vector<std::string> env_candidates() const;

  const NameTable& table_;
  const StageSpec* stage_{nullptr};
  std::uint32_t index_{0};
  const Origins* environment_env_{nullptr};
  std::vector<std::pair<std::string_view, expr::Origin>> env_;  ///< of the stage
};

}  // namespace pipectl::config
