#pragma once

#include "core/api/stage_kind.hpp"
#include "core/engine/mailbox.hpp"

namespace pipectl {

/// A stage's voice: redacts, then puts into the mailbox.
class WorkerEmitter : public StageEmitter {
 public:
  WorkerEmitter(plan::NodeId node, Mailbox& mailbox, const Redactor& redactor)
      : node_(node), mailbox_(mailbox), redactor_(redactor) {}

  /// Lines come already redacted (make_line_output).
  bool offer(Stream stream, std::string& lines, Milliseconds wait) override {
    return mailbox_.offer_output(node_, stream, lines, wait);
  }
  void note(std::string text) override {
    mailbox_.show({node_, event::StageNote{{}, redactor_.redact(text)}});
  }
  void deploy_step(std::string step, std::string detail, bool ok) override {
    mailbox_.show({node_, event::DeployStep{{}, std::move(step), redactor_.redact(detail), ok}});
  }
  void artifact(std::string path, std::uint64_t bytes, std::string sha256) override {
    mailbox_.show(
        {node_, event::StageArtifact{{}, redactor_.redact(path), bytes, std::move(sha256)}});
  }
  void spawned(const ProcessId& process) override {
    mailbox_.post(node_, Mailbox::Spawned{process});
  }
  Result<void> remember(std::string key, std::string value) override {
    Mailbox::Remember request{std::move(key), redactor_.redact(value), {}};
    auto done = request.done.get_future();
    mailbox_.post(node_, std::move(request));
    return done.get();
  }
  /// Why the stage runs: shown, and kept for `explain`.
  void reason(std::string why) {
    why = redactor_.redact(why);
    mailbox_.show({node_, event::StageNote{{}, "runs: " + why}});
    mailbox_.post(node_, Mailbox::Reason{std::move(why)});
  }
  /// Of reports, whose texts are redacted already.
  template <class Event>
  void report(Event event) {
    mailbox_.show({node_, std::move(event)});
  }
  void attempt(int number) { mailbox_.show({node_, event::StageStarted{{}, number}}); }

 private:
  plan::NodeId node_;
  Mailbox& mailbox_;
  const Redactor& redactor_;
};

}  // namespace pipectl
