#include "tests/support/notify_bench.hpp"

#include <stdexcept>

#include "core/base/diagnostic.hpp"
#include "core/yaml/document.hpp"
#include "plugins/register.hpp"

namespace pipectl::test {

RunOrigin StoryTeller::plain_origin() {
  RunOrigin origin;
  origin.id = "20261120-155201-3f9a";
  origin.number = 12;
  origin.pipeline = "shop";
  origin.event.kind = EventKind::push;
  origin.git.sha = "0123456789abcdef0123456789abcdef01234567";
  origin.git.branch = "main";
  origin.git.author = "Ada Lovelace <ada@example.com>";
  origin.git.message = "fix: the total\n\nIt was wrong.";
  origin.git.remote = "https://github.com/team/shop.git";
  origin.url = "https://ci.example.com/runs/12";
  origin.environment_of = [](const std::string& stage) -> std::pair<std::string, std::string> {
    if (stage != "deploy") return {};
    return {"production", "https://shop.example.com"};
  };
  origin.log_tail = [](const std::string& stage) { return "last words of " + stage + "\n"; };
  return origin;
}

StoryTeller::StoryTeller(const Notifier& notifier, RunOrigin origin)
    : story(std::move(origin)), notifier_(notifier) {}

std::vector<OutboxItem> StoryTeller::tell(decltype(RunEvent::what) what) {
  now_ += Milliseconds{1'000};
  const RunEvent event{story.origin().id, now_, std::move(what)};
  story.apply(event);
  auto called_for = notifier_.on(event, story);
  items.insert(items.end(), called_for.begin(), called_for.end());
  return called_for;
}

std::vector<OutboxItem> StoryTeller::begin(const std::vector<std::string>& stages) {
  event::RunStarted started{"shop", "push", "main", story.origin().git.sha, {}, false};
  for (const auto& stage : stages)
    started.stages.push_back({stage, stage == "deploy" ? "deploy" : "test", "", {}});
  return tell(std::move(started));
}

std::vector<OutboxItem> StoryTeller::start(const std::string& stage) {
  return tell(event::StageStarted{stage, 1});
}

std::vector<OutboxItem> StoryTeller::finish(const std::string& stage, Status status,
                                            const std::string& reason) {
  Outcome outcome;
  outcome.status = status;
  outcome.reason = reason;
  outcome.duration = Milliseconds{2'100};
  return tell(event::StageFinished{stage, std::move(outcome)});
}

std::vector<OutboxItem> StoryTeller::end(int exit_code) {
  return tell(event::RunFinished{exit_code, Milliseconds{245'000}, ""});
}

std::optional<std::string> PlainMemory::recall(const std::string& name) {
  const auto found = kept.find(name);
  return found == kept.end() ? std::nullopt : std::optional{found->second};
}

void PlainMemory::remember(const std::string& name, const std::string& value) {
  kept[name] = value;
}

std::unique_ptr<Notifier> notifier_from(const std::string& kind, const std::string& yaml) {
  Registry registry;
  register_plugins(registry);
  Pipeline pipeline;
  for (const auto* const name : {"TOKEN", "HOOK", "KEY"}) {
    SecretDecl secret;
    secret.name = name;
    pipeline.secrets.push_back(std::move(secret));
  }
  const SourceFile source{"notify.yaml", yaml};
  Diagnostics diagnostics;
  const auto document = yaml::Document::parse(source, diagnostics);
  if (!document) throw std::runtime_error(render(diagnostics.all()));
  yaml::Reader reader(document->root(), "notifier", diagnostics);
  auto notifier = registry.notifier(kind)->parse(reader, {pipeline, diagnostics});
  reader.finish();
  if (diagnostics.has_errors()) throw std::runtime_error(render(diagnostics.all()));
  return notifier;
}

}  // namespace pipectl::test
