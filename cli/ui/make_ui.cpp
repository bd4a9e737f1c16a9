#include "cli/ui/make_ui.hpp"

#include <utility>
#include <vector>

#include "cli/sinks/step_summary.hpp"
#include "cli/ui/grouped.hpp"
#include "cli/ui/json_lines.hpp"
#include "cli/ui/live_view.hpp"

namespace pipectl::ui {
namespace {

class Views final : public EventSink {
 public:
  explicit Views(std::vector<std::unique_ptr<EventSink>> views) : views_(std::move(views)) {}
  void on_event(const RunEvent& event) noexcept override {
    for (const auto& view : views_) view->on_event(event);
  }
  [[nodiscard]] bool congested() const noexcept override {
    for (const auto& view : views_)
      if (view->congested()) return true;
    return false;
  }
  bool finish(SteadyTime deadline) noexcept override {
    bool all = true;
    for (const auto& view : views_) all = view->finish(deadline) && all;
    return all;
  }

 private:
  std::vector<std::unique_ptr<EventSink>> views_;
};

std::unique_ptr<EventSink> make_view(const UiOptions& options, const Terminal& terminal,
                                     const Clock& clock) {
  const auto grouped = [&](std::unique_ptr<CiDialect> dialect) {
    return std::make_unique<TranscriptSink>(
        make_grouped_transcript(terminal, std::move(dialect), options.log_path, options.place_of),
        options.fd);
  };
  switch (choose_view(options.mode, terminal)) {
    case View::live:
      return std::make_unique<LiveView>(options.fd, terminal, options.log_path, clock);
    case View::json:
      return std::make_unique<TranscriptSink>(make_json_transcript(terminal.ci_log), options.fd);
    case View::github:
      return grouped(make_github_dialect(random_token()));
    case View::gitlab:
      return grouped(make_gitlab_dialect());
    case View::plain:
      break;
  }
  return std::make_unique<TranscriptSink>(
      make_plain_transcript(terminal, options.log_path, options.timestamps), options.fd);
}

}  // namespace

std::unique_ptr<EventSink> make_ui(const UiOptions& options, const Terminal& terminal,
                                   const Clock& clock) {
  std::vector<std::unique_ptr<EventSink>> views;
  views.push_back(make_view(options, terminal, clock));
  if (!options.step_summary.empty())
    views.push_back(std::make_unique<sinks::StepSummary>(options.step_summary));
  return std::make_unique<Views>(std::move(views));
}

}  // namespace pipectl::ui
