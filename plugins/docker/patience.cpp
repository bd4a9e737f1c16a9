#include "plugins/docker/patience.hpp"

#include <fmt/format.h>

#include "core/base/text.hpp"
#include "plugins/docker/explain.hpp"

namespace pipectl::docker {
namespace {

constexpr int most_asked = 5;
constexpr int most_hung = 2;  ///< each of them took docker's own limit already

}  // namespace

Result<bool> Patience::again(const Answer& answer, const Error& error) {
  if (!is_passing(answer) || tries_ == most_asked || has_retried(answer)) return false;
  if (says_no_answer(answer) && ++hung_ == most_hung) return false;
  if (context_.deadline && context_.clock.steady() + wait_ >= *context_.deadline) return false;
  context_.emit.note(fmt::format("{}; again in {}", error.message, human_duration(wait_)));
  if (context_.cancel.wait_for(wait_)) return fail(Fault::cancelled, "interrupted");
  wait_ *= 2;
  ++tries_;
  return true;
}

Error Patience::told(Error error) const {
  if (tries_ > 1) error.message += fmt::format(" (tried {} times)", tries_);
  return error;
}

Result<Answer> ask_patiently(const Client& client, StageContext& context,
                             const std::vector<std::string>& args, const Call& call,
                             std::string_view what) {
  Patience patience{context};
  while (true) {
    Answer answer = TRY(client.ask(args, call));
    if (answer.success()) return answer;
    const Error error = explain(answer, what);
    if (!TRY(patience.again(answer, error))) return tl::unexpected(patience.told(error));
  }
}

}  // namespace pipectl::docker
