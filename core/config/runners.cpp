#include "core/config/runners.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "core/base/text.hpp"
#include "core/config/checks.hpp"
#include "core/config/keys.hpp"
#include "core/config/leniency.hpp"
#include "core/config/not_built.hpp"
#include "core/config/reports.hpp"

namespace pipectl::config {
namespace {

void report_unknown_kind(const StageSpec& stage, Span where, const Context& context) {
  if (const auto* later = find_not_built(Place::kind, stage.kind)) {
    context.diagnostics.error(
        where, fmt::format("kind `{}` is not built in this version of pipectl", stage.kind),
        std::string(later->hint));
    return;
  }
  std::vector<std::string_view> kinds;
  for (const auto& kind : context.registry.stage_kinds()) kinds.push_back(kind->name());
  std::string hint = suggestion(stage.kind, kinds);
  if (hint.empty()) {
    for (const auto name : kinds)
      hint += fmt::format("{}{}", hint.empty() ? "one of " : ", ", name);
  }
  context.diagnostics.error(where, fmt::format("unknown kind '{}'", stage.kind), std::move(hint));
}

/// Keys that this version cannot act on. True when there is one.
bool report_later_keys(yaml::Node node, const std::vector<KeyDoc>& own, Diagnostics& diagnostics) {
  bool found = false;
  for (const auto& entry : node.entries()) {
    const auto key = entry.key.text();
    if (std::ranges::find(own, key, &KeyDoc::name) != own.end()) continue;
    if (report_not_built(Place::stage_key, key, entry.key.span(), diagnostics)) found = true;
  }
  return found;
}

/// What other systems call it.
constexpr std::array<std::pair<std::string_view, std::string_view>, 10> other_words{{
    {"script", "run"},
    {"commands", "run"},
    {"depends_on", "needs"},
    {"dependencies", "needs"},
    {"if", "when"},
    {"rules", "when"},
    {"only", "when"},
    {"container", "image"},
    {"continue-on-error", "allow_failure"},
    {"timeout-minutes", "timeout"},
}};

std::string hint_for_other_word(std::string_view key) {
  const auto* const word =
      std::ranges::find(other_words, key, &std::pair<std::string_view, std::string_view>::first);
  return word == other_words.end() ? std::string() : fmt::format("here it is `{}`", word->second);
}

class RunnerMaker {
 public:
  RunnerMaker(const NameTable& table, const Context& context, LoadedPipeline& loaded)
      : table_(table), context_(context), loaded_(loaded) {}

  void make(std::uint32_t index, const StageDraft& draft) {
    const StageSpec& stage = loaded_.pipeline.stages[index];
    StageNames names(table_, index);
    check_stage(stage, loaded_.pipeline, names, context_.diagnostics);
    check_reports(stage, context_.registry, context_.diagnostics);
    if (stage.kind != last_kind_) look_up(stage.kind);
    if (kind_ == nullptr) return refuse_kind(stage, draft);
    yaml::Reader reader(draft.node, fmt::format("stage '{}'", stage.name), context_.diagnostics);
    reader.allow(key_names(Section::stage));
    const bool commands = draft.node.find("run") || draft.node.find("steps");
    const bool has_later = report_later_keys(draft.node, keys_, context_.diagnostics);
    // What the kind would miss is what is not built, or not there.
    if ((has_later || draft.incomplete) && !commands) return;
    const std::size_t errors = context_.diagnostics.error_count();
    const auto granted = with_grants(stage);
    const ParseContext parse_context{granted ? *granted : stage, names, context_.registry,
                                     context_.diagnostics};
    auto runner = kind_->parse(reader, parse_context);
    for (const yaml::Node key : reader.unasked())
      if (find_not_built(Place::stage_key, key.text()) == nullptr) report_unknown(reader, key);
    if (runner != nullptr) {
      const Measures measures = runner->measures();
      check_gates(stage, measures, context_.diagnostics);
      if (auto leniency = read_leniency(reader, parse_context, measures))
        loaded_.leniency.emplace(stage.name, *std::move(leniency));
      loaded_.runners.emplace(stage.name, std::move(runner));
    } else if (context_.diagnostics.error_count() == errors)
      context_.diagnostics.error(stage.where, fmt::format("kind '{}' refused stage '{}' without a "
                                                          "reason [this is a bug]",
                                                          stage.kind, stage.name));
  }

 private:
  /// With the secrets that its environment grants, if there are any. The run's environment, which
  /// is not known yet, may be each: a run finds out what it really has.
  [[nodiscard]] std::optional<StageSpec> with_grants(const StageSpec& stage) const {
    std::optional<StageSpec> granted;
    const bool of_run = stage.environment.empty() && stage.kind == "deploy";
    for (const auto& environment : loaded_.pipeline.environments) {
      if (environment.secrets.empty() || !(of_run || environment.name == stage.environment))
        continue;
      if (!granted) granted = stage;
      granted->secrets.insert(granted->secrets.end(), environment.secrets.begin(),
                              environment.secrets.end());
    }
    return granted;
  }

  /// A key of another kind, or of another system, or a misspelt one.
  void report_unknown(yaml::Reader& reader, yaml::Node key) const {
    std::string hint = hint_for_other_kind(key.text());
    if (hint.empty()) hint = hint_for_other_word(key.text());
    if (hint.empty()) return reader.report_unknown(key);
    context_.diagnostics.error(key.span(), fmt::format("unknown key '{}'", key.text()),
                               std::move(hint));
  }

  [[nodiscard]] std::string hint_for_other_kind(std::string_view key) const {
    std::string kinds;
    for (const auto& kind : context_.registry.stage_kinds()) {
      const auto keys = context_.registry.keys_of(*kind);
      if (std::ranges::find(keys, key, &KeyDoc::name) != keys.end())
        kinds += fmt::format("{}`{}`", kinds.empty() ? "" : ", ", kind->name());
    }
    return kinds.empty() ? kinds : fmt::format("stages of kind {} have it", kinds);
  }

  /// Whatever it was meant to be, it has the keys of some kind.
  void refuse_kind(const StageSpec& stage, const StageDraft& draft) {
    report_unknown_kind(stage, draft.kind, context_);
    if (all_keys_.empty()) {
      for (const auto& kind : context_.registry.stage_kinds())
        for (const auto& key : context_.registry.keys_of(*kind)) all_keys_.push_back(key.name);
    }
    yaml::Reader reader(draft.node, "", context_.diagnostics);
    reader.allow(key_names(Section::stage));
    reader.allow(all_keys_);
    for (const yaml::Node key : reader.unasked())
      if (find_not_built(Place::stage_key, key.text()) == nullptr && is_misspelt(key.text()))
        reader.report_unknown(key);
  }

  /// A key of a kind that this version does not have is no mistake; one that is nearly known is.
  [[nodiscard]] bool is_misspelt(std::string_view key) const {
    return nearest(key, all_keys_) || nearest(key, key_names(Section::stage));
  }

  /// Neighbours are mostly of one kind.
  void look_up(const std::string& kind) {
    last_kind_ = kind;
    kind_ = context_.registry.stage_kind(kind);
    keys_ = kind_ == nullptr ? std::vector<KeyDoc>() : context_.registry.keys_of(*kind_);
  }

  const NameTable& table_;
  const Context& context_;
  LoadedPipeline& loaded_;
  std::string last_kind_;
  const StageKind* kind_{nullptr};
  std::vector<KeyDoc> keys_;
  std::vector<std::string_view> all_keys_;
};

}  // namespace

void make_runners(const std::vector<StageDraft>& drafts, const NameTable& table,
                  const Context& context, LoadedPipeline& loaded) {
  RunnerMaker maker(table, context, loaded);
  for (std::uint32_t i = 0; i < drafts.size(); ++i) maker.make(i, drafts[i]);
}

}  // namespace pipectl::config
