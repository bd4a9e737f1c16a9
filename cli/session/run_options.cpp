#include "cli/session/run_options.hpp"

#include <nlohmann/json.hpp>

namespace pipectl::cli {
namespace {

using nlohmann::json;

tl::unexpected<Error> damaged(const std::exception& error) {
  return fail(Fault::infrastructure,
              std::string{"the record of the run cannot be read: "} + error.what(),
              "start a new run without --resume");
}

}  // namespace

std::string selection_to_json(const plan::Selection& selection) {
  return json{{"only", selection.only},
              {"skip", selection.skip},
              {"from", selection.from},
              {"until", selection.until}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<plan::Selection> selection_from_json(const std::string& text) try {
  const json read = json::parse(text);
  plan::Selection selection;
  read.at("only").get_to(selection.only);
  read.at("skip").get_to(selection.skip);
  read.at("from").get_to(selection.from);
  read.at("until").get_to(selection.until);
  return selection;
} catch (const json::exception& error) {
  return damaged(error);
}

std::string options_to_json(const RunOptions& options) {
  json kept{{"jobs", options.jobs},
            {"keep_going", options.keep_going},
            {"no_cache", options.no_cache},
            {"worktree", options.worktree == WorktreeMode::head ? "head" : "dirty"}};
  if (!options.deploy_to.empty()) kept["deploy_to"] = options.deploy_to;
  if (options.go_back) kept["go_back"] = *options.go_back;
  return kept.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::vector<std::vector<std::size_t>> needs_by_position(const plan::Plan& plan) {
  constexpr std::size_t most = 1'000'000;  // nodes share their lists; the store cannot
  std::size_t all = 0;
  for (const auto& node : plan.nodes) all += node.needs.size();
  std::vector<std::vector<std::size_t>> needs;
  if (all > most) return needs;
  for (const auto& node : plan.nodes) needs.emplace_back(node.needs.begin(), node.needs.end());
  return needs;
}

std::vector<store::RunRequest::LeftOut> left_out_before(const plan::Plan& plan) {
  std::vector<store::RunRequest::LeftOut> left_out;
  for (const auto& node : plan.nodes)
    if (node.skip != SkipCause::none) left_out.push_back({node.id, node.skip, node.skip_reason});
  return left_out;
}

Result<void> options_from_json(const std::string& text, RunOptions& options) try {
  const json kept = json::parse(text);
  options.worktree =
      kept.at("worktree").get<std::string>() == "head" ? WorktreeMode::head : WorktreeMode::dirty;
  if (kept.contains("deploy_to")) options.deploy_to = kept.at("deploy_to").get<std::string>();
  if (kept.contains("go_back")) options.go_back = kept.at("go_back").get<std::string>();
  return {};
} catch (const json::exception& error) {
  return damaged(error);
}

}  // namespace pipectl::cli
