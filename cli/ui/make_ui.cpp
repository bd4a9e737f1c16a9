#include "cli/ui/make_ui.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include "cli/sinks/step_summary.hpp"
#include "cli/ui/grouped.hpp"
#include "cli/ui/json_lines.hpp"
#include "cli/ui/live_view.hpp"
#include "core/base/text.hpp"

namespace pipectl::ui {
namespace {

/// Whether a program or a person misses what is lost.
enum class Lost { data, view };

class Views final : public EventSink {
 public:
  /// `target`: where it writes, for a person.
  void add(std::unique_ptr<EventSink> view, Lost kind, std::string target) {
    views_.push_back({std::move(view), kind, std::move(target)});
  }
  void on_event(const RunEvent& event) noexcept override {
    for (const auto& view : views_) view.sink->on_event(event);
  }
  [[nodiscard]] bool congested() const noexcept override {
    for (const auto& view : views_)
      if (view.sink->congested()) return true;
    return false;
  }
  bool finish(SteadyTime deadline) noexcept override {
    bool all = true;
    for (auto& view : views_) {
      const bool done = view.sink->finish(deadline);
      if (done && !std::exchange(view.told, true)) tell_loss(view);
      all = all && done;
    }
    return all;
  }
  [[nodiscard]] int error() const noexcept override {
    for (const auto& view : views_)
      if (view.kind == Lost::data) return loss_of(view);
    return 0;
  }

 private:
  struct Part {
    std::unique_ptr<EventSink> sink;
    Lost kind;
    std::string target;
    bool told{false};
  };

  /// A reader that has gone away has seen what it wanted.
  static int loss_of(const Part& view) noexcept {
    const int error = view.sink->error();
    return error == EPIPE ? 0 : error;
  }

  static void tell_loss(const Part& view) {
    const int error = loss_of(view);
    if (error == 0) return;
    const auto text = fmt::format("pipectl: {}: cannot write to {}: {}\n",
                                  view.kind == Lost::data ? "error" : "warning",
                                  printable(view.target), std::generic_category().message(error));
    std::ignore = std::fputs(text.c_str(), stderr);
  }

  std::vector<Part> views_;
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
  auto views = std::make_unique<Views>();
  views->add(make_view(options, terminal, clock),
             choose_view(options.mode, terminal) == View::json ? Lost::data : Lost::view, "stdout");
  if (!options.step_summary.empty())
    views->add(std::make_unique<sinks::StepSummary>(options.step_summary), Lost::view,
               options.step_summary + " (GITHUB_STEP_SUMMARY)");
  return views;
}

}  // namespace pipectl::ui
