#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/config/context.hpp"
#include "core/config/name_set.hpp"
#include "core/config/stage_keys.hpp"
#include "core/config/templates.hpp"
#include "core/model/pipeline.hpp"

namespace pipectl::config {

/// What a stage still needs after its common keys were read. `drafts[i]` belongs to
/// `pipeline.stages[i]`.
struct StageDraft {
  yaml::Node node;                         ///< its mapping, with what it inherits
  std::optional<std::vector<Need>> needs;  ///< as written, by it or its group
  std::uint32_t entry{0};                  ///< of the order written; members share their group's
  Span kind;                               ///< where its kind was written, or its name
  bool incomplete{false};                  ///< a template of it could not be found
};

/// A stage or a group, in the order written.
struct Entry {
  std::string_view name;
  std::uint32_t first{0};  ///< its stages: [first, last)
  std::uint32_t last{0};
};

/// Reads `stages` of every file into the pipeline.
class StagesReader {
 public:
  StagesReader(const StageSpec& defaults, const StageTargets& targets, Templates& templates,
               const Context& context, Pipeline& pipeline)
      : ungrouped_{defaults, {}, {}, {}},
        targets_(targets),
        templates_(templates),
        context_(context),
        pipeline_(pipeline) {}

  void read(yaml::Node mapping);
  /// Call once, after every file: a mistake in a template that no stage extends is one, too.
  void check_unused_templates();

  [[nodiscard]] const std::vector<StageDraft>& drafts() const noexcept { return drafts_; }
  [[nodiscard]] const std::vector<Entry>& entries() const noexcept { return entries_; }
  /// Every stage and group that was written, also those that were refused: to refer to one of them
  /// is no further mistake.
  [[nodiscard]] const NameSet& names() const noexcept { return written_; }

 private:
  struct Group {
    StageSpec spec;  ///< what members start from
    std::optional<std::vector<Need>> needs;
    std::optional<yaml::Node> inherited;  ///< keys of the members' kinds
    std::optional<Span> kind;             ///< where it was written
    bool incomplete{false};               ///< a template of it could not be found
    bool nested{false};                   ///< in another group, which is reported
  };

  /// A stage's or group's mapping with what it extends.
  struct Extended {
    yaml::Node mapping;
    bool incomplete{false};
  };

  void read_entry(yaml::Node key, yaml::Node value);
  void read_group(yaml::Node key, const Extended& extended, yaml::Node members, const Group& base);
  /// Reports it, and reads its members as those of both: what names them is no mistake.
  void read_nested_group(yaml::Node key, const Extended& extended, yaml::Node members,
                         const Group& outer);
  [[nodiscard]] Extended extend(yaml::Node value);
  [[nodiscard]] Group read_group_keys(yaml::Node key, yaml::Node mapping, yaml::Node members,
                                      const Group& base);
  void check_group_keys(yaml::Reader& reader, yaml::Node members);
  void read_stage(yaml::Node key, const Extended& extended, const Group& group);
  /// True (reported) when the members of all groups would inherit more values than fit.
  [[nodiscard]] bool is_too_much(yaml::Node key, const Group& group, std::size_t members);
  [[nodiscard]] bool take_name(yaml::Node key, std::string_view what);
  [[nodiscard]] yaml::Node with_inherited(yaml::Node mapping, const Group& group,
                                          std::string_view kind);
  /// The keys of a kind; none of an unknown one.
  [[nodiscard]] const std::vector<std::string_view>& kind_keys(std::string_view kind);

  const Group ungrouped_;  ///< the defaults
  const StageTargets& targets_;
  Templates& templates_;
  const Context& context_;
  Pipeline& pipeline_;
  yaml::Overlay overlay_;
  std::vector<StageDraft> drafts_;
  std::vector<Entry> entries_;
  std::size_t inherited_{0};  ///< values, by all members of all groups
  std::size_t nested_{0};     ///< members of groups in groups
  std::unordered_map<std::string_view, Span> names_;
  NameSet written_;
  std::map<std::string, std::vector<std::string_view>, std::less<>> kind_keys_;
};

}  // namespace pipectl::config
