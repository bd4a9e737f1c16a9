#pragma once

#include <memory>
#include <string>

#include "core/api/stage_kind.hpp"
#include "plugins/docker/client.hpp"

namespace pipectl::docker {

/// Passes output on to the stage's log and keeps the end of it, where docker says why it failed.
class TailOutput final : public OutputSink {
 public:
  explicit TailOutput(StageContext& context);
  bool offer(Stream stream, std::string& bytes, Milliseconds wait) override;
  bool end(Stream stream, Milliseconds wait) override { return log_->end(stream, wait); }

  /// What was printed, as far as it is kept.
  [[nodiscard]] Answer answer(int exit_code) const { return {exit_code, out_, err_}; }

 private:
  std::unique_ptr<OutputSink> log_;
  std::string out_;
  std::string err_;
};

}  // namespace pipectl::docker
