#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/expr/template.hpp"

namespace pipectl {

/// What a stage asks a person before it runs.
struct ApprovalRequest {
  std::optional<expr::Template> message;  ///< for the one who decides
  std::optional<Milliseconds> expires;    ///< after it was first asked; absent: never
};

/// What the runner of a stage also is when its kind asks a person before it runs.
class ApprovalAsker {
 public:
  virtual ~ApprovalAsker() = default;
  [[nodiscard]] virtual const ApprovalRequest& approval() const noexcept = 0;
};

/// What a person answered. It lies in the notes of the stage that asked, so it outlives every
/// pipectl: whoever answers writes it into the run's record, and the resumed run reads it there.
struct ApprovalAnswer {
  enum class Decision { approved, rejected };
  Decision decision{Decision::approved};
  std::string by;
  WallTime at{};
  std::string comment;  ///< may be empty
};

using StageNotes = std::map<std::string, std::string>;

[[nodiscard]] StageNotes to_notes(const ApprovalAnswer& answer);
[[nodiscard]] std::optional<ApprovalAnswer> recall_answer(const StageNotes& notes);
/// `approved by ann: looks good`
[[nodiscard]] std::string describe(const ApprovalAnswer& answer);

/// When it was asked, and until when it may be answered: journaled with the first wait.
struct ApprovalWait {
  WallTime asked{};
  std::optional<WallTime> until;
};
[[nodiscard]] StageNotes to_notes(const ApprovalWait& wait);
[[nodiscard]] std::optional<ApprovalWait> recall_wait(const StageNotes& notes);
/// Whether the answer would come too late.
[[nodiscard]] bool is_over(const ApprovalWait& wait, WallTime now) noexcept;

}  // namespace pipectl
