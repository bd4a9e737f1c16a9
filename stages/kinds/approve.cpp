#include "core/api/approval.hpp"
#include "stages/kinds/kinds.hpp"
#include "stages/template_key.hpp"

namespace pipectl::stages {
namespace {

/// Nothing but the question: the engine lets it run when somebody has agreed.
class ApproveStage final : public StageRunner, public ApprovalAsker {
 public:
  explicit ApproveStage(ApprovalRequest request) : request_(std::move(request)) {}

  [[nodiscard]] const ApprovalRequest& approval() const noexcept override { return request_; }

  [[nodiscard]] std::vector<std::string> preview(const expr::Scope& scope) const override {
    if (!request_.message) return {};
    return {"ask: " + shown(*request_.message, scope)};
  }

  Outcome run(StageContext& context) const override {
    Outcome outcome;
    if (const auto answer = recall_answer(context.remembered)) outcome.summary = describe(*answer);
    return outcome;
  }

 private:
  ApprovalRequest request_;
};

class ApproveKind final : public StageKind {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "approve"; }
  [[nodiscard]] std::string_view summary() const noexcept override {
    return "Waits until a person agrees";
  }
  [[nodiscard]] std::vector<KeyDoc> keys() const override {
    return {{"message", R"({"type":"string"})", "What the person who decides is asked"},
            {"expires", R"({"type":["string","integer"]})",
             "How long after it was asked an answer counts; default: for ever"}};
  }
  [[nodiscard]] std::unique_ptr<StageRunner> parse(yaml::Reader& reader,
                                                   const ParseContext& context) const override {
    const std::size_t errors = context.diagnostics.error_count();
    ApprovalRequest request{read_template("message", reader, context), reader.duration("expires")};
    if (context.diagnostics.error_count() > errors) return nullptr;
    return std::make_unique<ApproveStage>(std::move(request));
  }
};

}  // namespace

std::unique_ptr<StageKind> make_approve_kind() { return std::make_unique<ApproveKind>(); }

}  // namespace pipectl::stages
