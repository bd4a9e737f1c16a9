#pragma once

#include <span>

#include "core/store/database.hpp"

namespace pipectl::store::migrations {

// One constant and one file for each step. A released step is never edited: what it got wrong is
// mended by the next one.
extern const char* const runs_0001;
extern const char* const fingerprints_0001;
extern const char* const outbox_0001;
extern const char* const outbox_0002;
extern const char* const outbox_0003;
extern const char* const audit_0001;

/// All steps of runs.db, in order.
[[nodiscard]] std::span<const Migration> of_runs();
/// All steps of cache/fingerprints.db, in order.
[[nodiscard]] std::span<const Migration> of_fingerprints();
/// All steps of outbox.db, in order.
[[nodiscard]] std::span<const Migration> of_outbox();
/// All steps of audit.db, in order.
[[nodiscard]] std::span<const Migration> of_audit();

}  // namespace pipectl::store::migrations
