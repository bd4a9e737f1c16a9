#include "cli/ui/grouped.hpp"

#include <fmt/format.h>

#include <map>
#include <set>
#include <vector>

#include "cli/ui/display.hpp"
#include "cli/ui/held_output.hpp"
#include "cli/ui/plain.hpp"
#include "cli/ui/report_text.hpp"
#include "cli/ui/style.hpp"
#include "cli/ui/summary.hpp"
#include "core/base/text.hpp"

namespace pipectl::ui {
namespace {

class Grouped final : public Transcript {
 public:
  Grouped(const Terminal& terminal, std::unique_ptr<CiDialect> dialect, LogPath log_path,
          PlaceOf place_of)
      : terminal_(terminal),
        dialect_(std::move(dialect)),
        log_path_(std::move(log_path)),
        place_of_(std::move(place_of)) {}

  void append(const RunEvent& event, std::string& out) override {
    model_.apply(event);
    now_ = event.at;
    std::visit([&](const auto& what) { say(what, out); }, event.what);
  }

 private:
  void say(const event::RunStarted& /*e*/, std::string& out) {
    plain(title_of(model_, terminal_), out);
  }
  void say(const event::StageQueued& /*e*/, std::string& /*out*/) {}
  void say(const event::StageStarted& e, std::string& out) {
    if (e.attempt > 1) return text(e.stage, fmt::format("attempt {}\n", e.attempt), out);
    running_.push_back(e.stage);
    if (front_.empty()) front_ = e.stage;
  }
  void say(const event::StageOutput& e, std::string& out) { text(e.stage, e.text, out); }
  void say(const event::StageNote& e, std::string& out) { text(e.stage, e.text + '\n', out); }
  void say(const event::StageArtifact& e, std::string& out) {
    text(e.stage, fmt::format("artifact {} ({})\n", e.path, human_size(e.bytes)), out);
  }
  void say(const event::StageMetric& /*e*/, std::string& /*out*/) {}
  void say(const event::StageFinding& e, std::string& out) {
    auto& notes = annotations_[e.stage];
    if (notes.count++ < annotations_each) notes.text += dialect_->annotate(e.finding);
    if (const auto line = reports_.of(e)) text(e.stage, *line + '\n', out);
  }
  void say(const event::StageTest& e, std::string& out) {
    if (const auto line = reports_.of(e)) text(e.stage, *line + '\n', out);
  }
  void say(const event::GateEvaluated& e, std::string& out) {
    text(e.stage, reports_.of(e) + '\n', out);
  }
  void say(const event::DeployStep& e, std::string& out) {
    const auto sign = mark(e.ok ? Status::succeeded : Status::failed, terminal_.glyphs);
    text(e.stage, fmt::format("{} {}: {}\n", sign, e.step, e.detail), out);
  }
  void say(const event::Warning& e, std::string& out) {
    const auto word = painted("warning:", Paint::yellow, terminal_.colour);
    plain(word + ' ' + shown_line(e.text, terminal_), out);
  }
  void say(const event::StageFinished& e, std::string& out) {
    const auto held = held_.find(e.stage);
    if (held != held_.end()) write(e.stage, held->second.take(), out);
    if (held != held_.end()) held_.erase(held);
    result(e.stage, out);
    std::erase(running_, e.stage);
    opened_.erase(e.stage);
    if (front_ == e.stage) front_ = running_.empty() ? std::string{} : running_.front();
  }
  void say(const event::RunFinished& /*e*/, std::string& out) {
    block(unfold_failures(model_, log_path_, terminal_), out);
    block(summary_table(model_, terminal_), out);
    block(closing_line(model_, terminal_), out);
  }

  void text(const std::string& stage, std::string_view text, std::string& out) {
    if (stage != front_) return held_[stage].add(text);
    // It may have come to the front with something still held.
    const auto held = held_.find(stage);
    if (held != held_.end()) write(stage, held->second.take(), out);
    write(stage, text, out);
  }

  // Into the group of the stage, which is opened no sooner than there is something to put in.
  void write(const std::string& stage, std::string_view text, std::string& out) {
    if (text.empty()) return;
    if (open_ != stage) {
      close(out);
      std::string title = shown_line(stage, terminal_);
      if (!opened_.insert(stage).second) title += " (continued)";
      out += dialect_->open(title, now_);
      open_ = stage;
    }
    each_line(text, [&](std::string_view line) { out += shown_line(line, terminal_) + '\n'; });
  }
  void close(std::string& out) {
    if (!open_.empty()) out += dialect_->close(now_);
    open_.clear();
  }
  void plain(const std::string& line, std::string& out) {
    close(out);
    out += dialect_->outside(line) + '\n';
  }
  void block(std::string_view text, std::string& out) {
    if (text.empty()) return;
    plain({}, out);
    each_line(text, [&](std::string_view line) { plain(std::string{line}, out); });
  }

  void result(const std::string& name, std::string& out) {
    const auto* stage = model_.stage(name);
    if (stage == nullptr || !stage->outcome) return;
    const auto symbol = icon(stage->outcome->status, terminal_.glyphs);
    plain(
        fmt::format("{} {} {}", symbol, shown_line(name, terminal_), result_of(*stage, terminal_)),
        out);
    const auto notes = annotations_.extract(name);
    if (!notes.empty()) out += notes.mapped().text;
    if (!is_root_failure(*stage->outcome)) return;
    out += dialect_->annotate(name, *stage->outcome, place_of_ ? place_of_(name) : std::nullopt);
  }

  // A CI system takes ten of each kind from one step; the worst come first.
  static constexpr std::size_t annotations_each = 10;
  struct Annotations {
    std::string text;
    std::size_t count{0};
  };

  const Terminal terminal_;
  const std::unique_ptr<CiDialect> dialect_;
  const LogPath log_path_;
  const PlaceOf place_of_;
  RunModel model_;
  ReportLines reports_{terminal_};
  WallTime now_{};
  std::string front_;                               ///< the stage that streams, or empty
  std::string open_;                                ///< the stage whose group is open, or empty
  std::vector<std::string> running_;                ///< in the order of their start
  std::map<std::string, HeldOutput> held_;          ///< of running stages that are not in front
  std::map<std::string, Annotations> annotations_;  ///< shown when the stage has ended
  std::set<std::string> opened_;                    ///< running stages that had a group already
};

}  // namespace

std::unique_ptr<Transcript> make_grouped_transcript(const Terminal& terminal,
                                                    std::unique_ptr<CiDialect> dialect,
                                                    LogPath log_path, PlaceOf place_of) {
  return std::make_unique<Grouped>(terminal, std::move(dialect), std::move(log_path),
                                   std::move(place_of));
}

}  // namespace pipectl::ui
