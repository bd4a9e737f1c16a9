#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/config/context.hpp"
#include "core/config/stages.hpp"
#include "core/model/pipeline.hpp"
#include "core/plan/graph.hpp"

namespace pipectl::config {

/// Completes the needs of every stage: what was written, checked; else what the order implies.
void complete_needs(const StagesReader& stages, Pipeline& pipeline, Diagnostics& diagnostics);

/// The finished order of a pipeline: who needs whom. Vertices are the stages, then the groups,
/// which lead to their members. Refers to the pipeline.
class Order {
 public:
  Order(const Pipeline& pipeline, const std::vector<StageDraft>& drafts);

  /// Reports cycles with their path, `a -> b -> a`.
  void check_cycles(Diagnostics& diagnostics) const;
  /// Whether `stage` needs `other`, directly or not.
  [[nodiscard]] bool needs(std::uint32_t stage, std::uint32_t other) const;

 private:
  using Path = std::vector<std::uint32_t>;

  [[nodiscard]] Path shortened(Path cycle) const;
  void report(const Path& cycle, Diagnostics& diagnostics) const;
  [[nodiscard]] std::string_view name(std::uint32_t vertex) const;
  [[nodiscard]] bool is_stage(std::uint32_t vertex) const;
  /// Whether the order of writing alone makes `stage` wait for `other`.
  [[nodiscard]] bool is_after(std::uint32_t stage, std::uint32_t other) const;

  const Pipeline& pipeline_;
  std::vector<std::uint32_t> entries_;  ///< by stage
  plan::Edges edges_;
};

}  // namespace pipectl::config
