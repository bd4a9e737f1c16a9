#include "core/store/migrations/migrations.hpp"

#include <array>

namespace pipectl::store::migrations {

std::span<const Migration> of_runs() {
  static const std::array steps{Migration{1, runs_0001}};
  return steps;
}

std::span<const Migration> of_fingerprints() {
  static const std::array steps{Migration{1, fingerprints_0001}};
  return steps;
}

std::span<const Migration> of_outbox() {
  static const std::array steps{Migration{1, outbox_0001}, Migration{2, outbox_0002},
                                Migration{3, outbox_0003}};
  return steps;
}

std::span<const Migration> of_audit() {
  static const std::array steps{Migration{1, audit_0001}};
  return steps;
}

}  // namespace pipectl::store::migrations
