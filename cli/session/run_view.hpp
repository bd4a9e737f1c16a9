#pragma once

#include <memory>

#include "cli/app.hpp"
#include "cli/session/run_options.hpp"
#include "core/base/cancel.hpp"
#include "core/model/run_event.hpp"
#include "core/plan/plan.hpp"
#include "core/store/run_store.hpp"

namespace pipectl::cli {

/// What a view of a run is made from; outlives the view.
struct RunViewParts {
  const RunOptions& options;
  const Invocation& invocation;
  const store::RunStore& store;
  const plan::Plan& plan;
  const Clock& clock;
};
[[nodiscard]] std::unique_ptr<EventSink> make_run_view(const RunViewParts& parts);

/// A reader that is only slow (a pager) gets everything; one that stalls cannot outlast Ctrl-C.
void finish_view(EventSink& view, const Clock& clock, const CancelToken& cancel);
/// That of a run whose view has finished: one that lost what another program asked for has failed,
/// however well its stages ended.
[[nodiscard]] int exit_code_after(const EventSink& view, int exit_code) noexcept;

/// A run that had succeeded is not repeated: its result is told again.
void tell_again(const store::RunRecord& record, const plan::Plan& plan, EventSink& view);

}  // namespace pipectl::cli
