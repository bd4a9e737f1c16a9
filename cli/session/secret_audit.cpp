#include "cli/session/secret_audit.hpp"

#include <fmt/format.h>

#include <mutex>

#include "core/base/text.hpp"

namespace pipectl::cli {
namespace {

class Writer {
 public:
  Writer(std::filesystem::path state_dir, std::string run_id, const Clock& clock)
      : state_dir_(std::move(state_dir)), run_id_(std::move(run_id)), clock_(clock) {}

  Result<void> write(std::vector<store::SecretUse> uses) {
    const std::lock_guard lock(mutex_);
    if (!log_) log_ = TRY(store::AuditLog::open(state_dir_));
    for (auto& use : uses) {
      use.at = clock_.wall();
      use.run = run_id_;
    }
    return log_->add(uses);
  }

 private:
  const std::filesystem::path state_dir_;
  const std::string run_id_;
  const Clock& clock_;
  std::mutex mutex_;
  std::unique_ptr<store::AuditLog> log_;  // protected by mutex_
};

}  // namespace

std::function<Result<void>(std::vector<store::SecretUse>)> secret_audit(
    std::filesystem::path state_dir, std::string run_id, const Clock& clock) {
  return [writer = std::make_shared<Writer>(std::move(state_dir), std::move(run_id), clock)](
             std::vector<store::SecretUse> uses) { return writer->write(std::move(uses)); };
}

std::string secrets_withheld_from(const Event& event) {
  if (!event.from_fork) return {};
  return fmt::format("a pull request from a fork ({})", printable(event.branch));
}

}  // namespace pipectl::cli
