#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "core/api/stage_kind.hpp"
#include "stages/steps.hpp"

namespace pipectl::stages {

/// A stage that is nothing but its commands.
class CommandStage final : public StageRunner {
 public:
  explicit CommandStage(Steps steps) : steps_(std::move(steps)) {}
  [[nodiscard]] std::vector<std::string> preview(const expr::Scope& scope) const override;
  Outcome run(StageContext& context) const override;

 private:
  Steps steps_;
};

/// A kind whose stages are their commands, or a tool; kinds differ in name and purpose only.
class CommandKind final : public StageKind {
 public:
  CommandKind(std::string_view name, std::string_view summary) : name_(name), summary_(summary) {}
  [[nodiscard]] std::string_view name() const noexcept override { return name_; }
  [[nodiscard]] std::string_view summary() const noexcept override { return summary_; }
  [[nodiscard]] std::vector<KeyDoc> keys() const override;
  [[nodiscard]] std::unique_ptr<StageRunner> parse(yaml::Reader& reader,
                                                   const ParseContext& context) const override;

 private:
  std::string_view name_;
  std::string_view summary_;
};

}  // namespace pipectl::stages
