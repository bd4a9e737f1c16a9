#include "cli/ui/plain.hpp"

#include <fmt/format.h>

#include <array>
#include <map>

#include "cli/ui/display.hpp"
#include "cli/ui/report_text.hpp"
#include "cli/ui/style.hpp"
#include "cli/ui/summary.hpp"
#include "core/base/text.hpp"

namespace pipectl::ui {
namespace {

class Plain final : public Transcript {
 public:
  Plain(const Terminal& terminal, LogPath log_path, Timestamps timestamps)
      : terminal_(terminal), log_path_(std::move(log_path)), timestamps_(timestamps) {}

  void append(const RunEvent& event, std::string& out) override {
    model_.apply(event);
    stamp_ = timestamps_ == Timestamps::on ? iso8601(event.at) + ' ' : std::string{};
    std::visit([&](const auto& what) { say(what, out); }, event.what);
  }

 private:
  void say(const event::RunStarted& /*e*/, std::string& out) {
    out += stamp_ + title_of(model_, terminal_) + '\n';
  }
  void say(const event::StageQueued& /*e*/, std::string& /*out*/) {}
  void say(const event::StageStarted& e, std::string& out) {
    std::string text = fmt::format("{} started", sign(Sign::start, terminal_.glyphs));
    if (e.attempt > 1) text += fmt::format(" (attempt {})", e.attempt);
    line(e.stage, painted(text, Paint::dim, terminal_.colour), out);
  }
  void say(const event::StageOutput& e, std::string& out) {
    last_speaker_ = e.stage;
    const auto& prefix = prefix_of(e.stage);
    each_line(e.text, [&](std::string_view text) {
      out += stamp_;
      out += prefix;
      out += shown_line(text, terminal_);
      out += '\n';
    });
  }
  void say(const event::StageNote& e, std::string& out) {
    each_line(e.text, [&](std::string_view text) {
      line(e.stage, painted(shown_line(text, terminal_), Paint::dim, terminal_.colour), out);
    });
  }
  void say(const event::StageArtifact& e, std::string& out) {
    line(e.stage,
         fmt::format("artifact {} ({})", shown_line(e.path, terminal_), human_size(e.bytes)), out);
  }
  void say(const event::StageMetric& /*e*/, std::string& /*out*/) {}
  void say(const event::StageFinding& e, std::string& out) {
    if (const auto text = reports_.of(e)) line(e.stage, shown_line(*text, terminal_), out);
  }
  void say(const event::StageTest& e, std::string& out) {
    if (const auto text = reports_.of(e)) line(e.stage, shown_line(*text, terminal_), out);
  }
  void say(const event::GateEvaluated& e, std::string& out) {
    const auto paint = paint_of(status_of(e.verdict.result));
    line(e.stage, painted(shown_line(reports_.of(e), terminal_), paint, terminal_.colour), out);
  }
  void say(const event::DeployStep& e, std::string& out) {
    const auto status = e.ok ? Status::succeeded : Status::failed;
    auto text = fmt::format("{} {}", mark(status, terminal_.glyphs), e.step);
    if (!e.detail.empty()) text += ": " + e.detail;
    line(e.stage, painted(shown_line(text, terminal_), paint_of(status), terminal_.colour), out);
  }
  void say(const event::StageFinished& e, std::string& out) {
    const auto* stage = model_.stage(e.stage);
    const auto symbol = icon(e.outcome.status, terminal_.glyphs);
    line(e.stage, fmt::format("{} {}", symbol, result_of(*stage, terminal_)), out);
  }
  void say(const event::Warning& e, std::string& out) {
    const auto warning = painted("warning:", Paint::yellow, terminal_.colour);
    out += fmt::format("{}{} {}\n", stamp_, warning, shown_line(e.text, terminal_));
  }
  void say(const event::RunFinished& /*e*/, std::string& out) {
    // The output of a single failure that stands right above needs no repetition.
    const auto failures = model_.failures();
    const bool stands_above = failures.size() == 1 && failures.front()->name == last_speaker_;
    const auto unfolded = unfold_failures(model_, log_path_, terminal_,
                                          stands_above ? Tails::left_out : Tails::shown);
    if (!unfolded.empty()) out += '\n' + unfolded;
    const auto table = summary_table(model_, terminal_);
    if (!table.empty()) out += '\n' + table;
    out += '\n' + closing_line(model_, terminal_);
  }

  void line(const std::string& stage, const std::string& text, std::string& out) {
    out += stamp_;
    out += prefix_of(stage);
    out += text;
    out += '\n';
  }

  // A colour for each stage, in the order in which they first speak.
  const std::string& prefix_of(const std::string& stage) {
    const auto known = prefixes_.find(stage);
    if (known != prefixes_.end()) return known->second;
    constexpr std::array paints{Paint::cyan, Paint::blue, Paint::magenta};
    const auto paint = paints.at(prefixes_.size() % paints.size());
    const auto text = fmt::format("[{}]", shown_line(stage, terminal_));
    return prefixes_.emplace(stage, painted(text, paint, terminal_.colour) + ' ').first->second;
  }

  const Terminal terminal_;
  const LogPath log_path_;
  const Timestamps timestamps_;
  RunModel model_;
  ReportLines reports_{terminal_};
  std::map<std::string, std::string> prefixes_;
  std::string last_speaker_;
  std::string stamp_;
};

}  // namespace

std::string title_of(const RunModel& model, const Terminal& terminal) {
  const auto& header = model.header();
  const auto count = model.stages().size();
  const auto separator = fmt::format(" {} ", sign(Sign::separator, terminal.glyphs));
  std::string title = painted(shown_line(header.pipeline, terminal), Paint::bold, terminal.colour);
  title += separator + fmt::format("{} stage{}", count, count == 1 ? "" : "s");
  if (!header.event.empty()) title += separator + header.event;
  if (!header.branch.empty() || !header.sha.empty()) {
    title += separator + shown_line(header.branch, terminal);
    if (!header.sha.empty()) title.append("@").append(header.sha, 0, 7);
  }
  if (header.resumed) title += separator + "resumed";
  return title;
}

std::string result_of(const StageView& stage, const Terminal& terminal) {
  const Outcome& outcome = *stage.outcome;
  auto text = painted(label(outcome.status), paint_of(outcome.status), terminal.colour);
  if (outcome.status != Status::skipped) text += ' ' + human_duration(outcome.duration);
  const auto details = shown_line(details_of(outcome), terminal);
  return details.empty() ? text : text + "   " + details;
}

std::unique_ptr<Transcript> make_plain_transcript(const Terminal& terminal, LogPath log_path,
                                                  Timestamps timestamps) {
  return std::make_unique<Plain>(terminal, std::move(log_path), timestamps);
}

}  // namespace pipectl::ui
