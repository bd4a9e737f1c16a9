#include "cli/planning/open_question.hpp"

namespace pipectl::cli {

OpenQuestion::OpenQuestion(const NodeScope& now, const StageSpec& stage) : now_(now) {
  learn(now.pipeline().env);
  if (now.environment() != nullptr) learn(now.environment()->env);
  learn(stage.env);
}

/// In the order in which env is composed: the nearest wins, -e over all.
void OpenQuestion::learn(const std::vector<EnvEntry>& entries) {
  for (const auto& entry : entries) {
    if (now_.facts().variables.contains(entry.name)) continue;
    asked_ = false;
    if (!entry.value.is_literal()) static_cast<void>(entry.value.evaluate(*this));
    if (asked_)
      open_env_.insert(entry.name);
    else
      open_env_.erase(entry.name);
  }
}

bool OpenQuestion::asked_by(const expr::Expression& condition) const {
  asked_ = false;
  static_cast<void>(condition.evaluate(*this));
  return asked_;
}

bool OpenQuestion::asked_by(expr::Path path) const {
  asked_ = false;
  static_cast<void>(value(path));
  return asked_;
}

expr::Value OpenQuestion::value(expr::Path path) const {
  const bool has_parts = path.size() > 1;
  const std::string_view root = path.empty() ? std::string_view{} : path[0];
  if (root == "stages" || root == "run") asked_ = true;
  if (root == "env" && has_parts && open_env_.contains(path[1])) asked_ = true;
  if (root == "environment" && has_parts && now_.environment() != nullptr) {
    const auto& values = now_.environment()->values;
    const auto found = values.find(path[1]);
    if (found != values.end()) static_cast<void>(found->second.evaluate(*this));
  }
  return now_.value(path);
}

bool OpenQuestion::success() const {
  asked_ = true;
  return now_.success();
}

bool OpenQuestion::failure() const {
  asked_ = true;
  return now_.failure();
}

}  // namespace pipectl::cli
