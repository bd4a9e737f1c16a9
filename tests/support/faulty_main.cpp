// pipectl with a journal that can die: the process kills itself with SIGKILL at one append.
//   FAULT_AT=N         the N-th append of the run, from 0
//   FAULT_AT=spawned   the first append that holds a pid
//   FAULT_WHEN=before|after
#include <csignal>
#include <cstdlib>
#include <memory>
#include <string>
#include <variant>

#include "cli/app.hpp"
#include "core/store/journal.hpp"

namespace {

using pipectl::Result;
namespace store = pipectl::store;

class DyingJournal final : public store::Journal {
 public:
  DyingJournal(std::unique_ptr<store::Journal> real, std::string at, bool before)
      : real_(std::move(real)), at_(std::move(at)), before_(before) {}

  Result<void> append(std::span<const store::Transition> transitions,
                      pipectl::WallTime at) override {
    const bool now = is_it(transitions);
    ++appends_;
    if (now && before_) std::raise(SIGKILL);
    auto written = real_->append(transitions, at);
    if (now) std::raise(SIGKILL);
    return written;
  }

 private:
  [[nodiscard]] bool is_it(std::span<const store::Transition> transitions) const {
    if (at_ != "spawned") return at_ == std::to_string(appends_);
    for (const auto& transition : transitions)
      if (std::holds_alternative<store::transition::ProcessSpawned>(transition)) return true;
    return false;
  }

  std::unique_ptr<store::Journal> real_;
  std::string at_;
  bool before_;
  int appends_{0};
};

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

}  // namespace

int main(int argc, char** argv) {
  pipectl::cli::Seams seams;
  seams.wrap_journal = [](std::unique_ptr<store::Journal> real) -> std::unique_ptr<store::Journal> {
    return std::make_unique<DyingJournal>(std::move(real), variable("FAULT_AT"),
                                          variable("FAULT_WHEN") == "before");
  };
  return pipectl::cli::run_app(argc, argv, seams);
}
