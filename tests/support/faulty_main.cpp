// pipectl with a journal that can die: the process kills itself with SIGKILL at one append.
//   FAULT_AT=N         the N-th append of the run, from 0
//   FAULT_AT=spawned   the first append that holds a pid
//   FAULT_WHEN=before|after
// and with an outbox that can die:
//   FAULT_POST=stored    when something to tell is on disk and not sent
//   FAULT_POST=sent      when it was taken and is still on disk
// FAULT_HTTP_PATIENCE=MS  is the longest that a request may take.
#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <string>
#include <variant>

#include "cli/app.hpp"
#include "core/base/http.hpp"
#include "core/store/journal.hpp"
#include "core/store/outbox.hpp"

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

class DyingOutbox final : public store::Outbox {
 public:
  DyingOutbox(std::unique_ptr<store::Outbox> real, std::string at)
      : real_(std::move(real)), at_(std::move(at)) {}

  Result<void> store(std::span<const store::NewPost> posts, pipectl::WallTime at) override {
    auto stored = real_->store(posts, at);
    if (at_ == "stored" && !posts.empty()) std::raise(SIGKILL);
    return stored;
  }
  Result<std::optional<store::WaitingPost>> next(const std::string& target) override {
    return real_->next(target);
  }
  Result<std::size_t> waiting(const std::string& target) override { return real_->waiting(target); }
  Result<std::map<std::string, std::size_t>> waiting() override { return real_->waiting(); }
  Result<void> remove(std::int64_t id) override {
    if (at_ == "sent") std::raise(SIGKILL);
    return real_->remove(id);
  }
  Result<void> remove_run(const std::string& target, const std::string& run) override {
    return real_->remove_run(target, run);
  }
  Result<void> postpone(const store::WaitingPost& post) override { return real_->postpone(post); }
  Result<std::optional<std::string>> recall(const std::string& target,
                                            const std::string& name) override {
    return real_->recall(target, name);
  }
  Result<void> remember(const std::string& target, const std::string& name,
                        const std::string& value, pipectl::WallTime at) override {
    return real_->remember(target, name, value, at);
  }
  Result<std::size_t> forget_before(pipectl::WallTime time) override {
    return real_->forget_before(time);
  }
  Result<std::unique_ptr<store::OutboxTurn>> take_turn(const std::string& target) override {
    return real_->take_turn(target);
  }

 private:
  std::unique_ptr<store::Outbox> real_;
  std::string at_;
};

class ImpatientHttp final : public pipectl::HttpClient {
 public:
  ImpatientHttp(std::unique_ptr<pipectl::HttpClient> real, pipectl::Milliseconds patience)
      : real_(std::move(real)), patience_(patience) {}

  Result<pipectl::HttpResponse> send(const pipectl::HttpRequest& request,
                                     const pipectl::CancelToken& cancel) override {
    pipectl::HttpRequest hasty = request;
    hasty.timeout = std::min(hasty.timeout, patience_);
    return real_->send(hasty, cancel);
  }

 private:
  std::unique_ptr<pipectl::HttpClient> real_;
  pipectl::Milliseconds patience_;
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
  if (const auto at = variable("FAULT_POST"); !at.empty())
    seams.wrap_outbox =
        [at](std::unique_ptr<store::Outbox> real) -> std::unique_ptr<store::Outbox> {
      return std::make_unique<DyingOutbox>(std::move(real), at);
    };
  if (const auto patience = variable("FAULT_HTTP_PATIENCE"); !patience.empty())
    seams.wrap_http =
        [patience](
            std::unique_ptr<pipectl::HttpClient> real) -> std::unique_ptr<pipectl::HttpClient> {
      return std::make_unique<ImpatientHttp>(std::move(real),
                                             pipectl::Milliseconds{std::stol(patience)});
    };
  return pipectl::cli::run_app(argc, argv, seams);
}
