#include "core/config/keys.hpp"

#include <algorithm>
#include <array>

namespace pipectl::config {
namespace {

constexpr std::string_view text = R"({"$ref":"#/$defs/text"})";
constexpr std::string_view texts = R"({"$ref":"#/$defs/texts"})";
constexpr std::string_view name = R"({"$ref":"#/$defs/name"})";
constexpr std::string_view names = R"({"$ref":"#/$defs/names"})";
constexpr std::string_view env = R"({"$ref":"#/$defs/env"})";
constexpr std::string_view duration = R"({"$ref":"#/$defs/duration"})";
constexpr std::string_view condition = R"({"$ref":"#/$defs/condition"})";
constexpr std::string_view boolean = R"({"type":"boolean"})";
constexpr std::string_view retry = R"({"$ref":"#/$defs/retry"})";
constexpr std::string_view shell = R"({"enum":["sh","bash"]})";
constexpr std::string_view executor = R"({"$ref":"#/$defs/executor"})";
constexpr std::string_view image = R"({"$ref":"#/$defs/image"})";
constexpr std::string_view pull = R"({"enum":["missing","always","never"]})";

constexpr std::array pipeline{
    KeyDoc{"name", text, "What the pipeline is called; default: its folder's name"},
    KeyDoc{"include", texts, "Files beside this one whose parts come before this file's"},
    KeyDoc{"source", R"({"$ref":"#/$defs/source"})",
           "What to check out; default: the working tree that holds this file"},
    KeyDoc{"params", R"({"$ref":"#/$defs/params"})", "Values given with -p NAME=VALUE"},
    KeyDoc{"env", env, "Environment variables of every stage"},
    KeyDoc{"env_file", texts, "Files of NAME=VALUE lines; `env` wins over them"},
    KeyDoc{"secrets", R"({"$ref":"#/$defs/secrets"})", "Where secrets come from, by name"},
    KeyDoc{"environments", R"({"$ref":"#/$defs/environments"})", "Targets to deploy to"},
    KeyDoc{"defaults", R"({"$ref":"#/$defs/defaults"})", "Values for stages that set none"},
    KeyDoc{"notify", R"({"$ref":"#/$defs/notify"})", "Whom to tell how a run goes"},
    KeyDoc{"on", R"({"$ref":"#/$defs/on"})", "Which stages an event runs; default: all"},
    KeyDoc{"stages", R"({"$ref":"#/$defs/stages"})", "What to run, in the order written"},
};

constexpr std::array included{pipeline[1], pipeline[3], pipeline[4], pipeline[5],
                              pipeline[6], pipeline[7], pipeline[11]};

constexpr std::array source{
    KeyDoc{"url", text, "https, ssh, git:// or a path"},
    KeyDoc{"ref", text, "Branch, tag or commit; default: the remote's HEAD"},
    KeyDoc{"depth", R"({"type":"integer","minimum":1})", "How many commits to fetch"},
    KeyDoc{"submodules", boolean, "Whether to fetch submodules, too"},
    KeyDoc{"secret", name, "The secret to log in with"},
};

constexpr std::array param{
    KeyDoc{"type", R"({"enum":["string","integer","boolean"]})", "Default: string"},
    KeyDoc{"choices", texts, "The values that are allowed"},
    KeyDoc{"pattern", text, "ECMAScript regular expression for the whole value"},
    KeyDoc{"default", text, "The value when none is given"},
    KeyDoc{"optional", boolean, "Whether it may be absent"},
    KeyDoc{"description", text, "What it is for"},
};

constexpr std::array environment{
    KeyDoc{"branches", texts, "Globs of the branches that may deploy to it"},
    KeyDoc{"approval", boolean, "Whether a person has to agree first"},
    KeyDoc{"env", env, "Environment variables of the stages that name it"},
    KeyDoc{"secrets", names, "Secrets granted to the stages that name it"},
    KeyDoc{"url", text, "Where it is to be seen"},
    KeyDoc{"namespace", text, "Its namespace"},
    KeyDoc{"replicas", R"({"type":"integer","minimum":0})", "How many instances to run"},
};

constexpr std::array event{
    KeyDoc{"branches", texts, "Globs; a branch that matches none runs nothing"},
    KeyDoc{"tags", texts, "Globs; a tag that matches none runs nothing"},
    KeyDoc{"stages", names, "The stages or groups that it runs; default: all"},
};

constexpr std::array defaults{
    KeyDoc{"timeout", duration, "How long a stage may take"},
    KeyDoc{"retry", retry, "How often to try again"},
    KeyDoc{"shell", shell, "The shell of `run`"},
    KeyDoc{"env", env, "As `env` of the pipeline"},
    KeyDoc{"image", image, "The image of the container that commands run in"},
    KeyDoc{"executor", executor, "Where commands run"},
    KeyDoc{"working_directory", text, "Where in the workspace commands run"},
};

constexpr std::array stage{
    KeyDoc{"kind", R"({"$ref":"#/$defs/kind"})", "What it is; default: run"},
    KeyDoc{"extends", R"({"$ref":"#/$defs/templates"})",
           "Takes over the keys of a template, a top-level key that begins with a dot"},
    KeyDoc{"needs", names, "What must have ended before; default: everything above"},
    KeyDoc{"parallel", R"({"$ref":"#/$defs/members"})", "Makes it a group of these stages"},
    KeyDoc{"matrix", R"({"$ref":"#/$defs/matrix"})", "Runs it once for each combination"},
    KeyDoc{"when", condition, "Runs it only when this is true"},
    KeyDoc{"changed", texts, "Runs it only when a file that matches has changed"},
    KeyDoc{"requires", R"({"$ref":"#/$defs/requires"})",
           "Programs that it needs; without one it is skipped, or fails"},
    KeyDoc{"always", boolean, "Runs it also after a failure: `when: always()`"},
    KeyDoc{"env", env, "Environment variables"},
    KeyDoc{"secrets", names, "The secrets that it gets"},
    KeyDoc{"working_directory", text, "Where in the workspace its commands run"},
    KeyDoc{"shell", shell, "`sh -e -c`, or `bash -e -o pipefail -c`"},
    KeyDoc{"image", image, "The image of the container that its commands run in"},
    KeyDoc{"executor", executor,
           "Where its commands run; default: docker with `image`, else local"},
    KeyDoc{"services", R"({"$ref":"#/$defs/services"})",
           "What runs beside it, by name: databases, queues"},
    KeyDoc{"timeout", duration, "How long one attempt may take"},
    KeyDoc{"retry", retry, "How often to try again"},
    KeyDoc{"allow_failure", R"({"$ref":"#/$defs/allow_failure"})",
           "A failure is a warning: always, or with these exit codes"},
    KeyDoc{"concurrency", text, "Stages of the same group run one after the other"},
    KeyDoc{"weight", R"({"type":"integer","minimum":1})", "How many of the -j jobs it counts for"},
    KeyDoc{"environment", name, "The environment that it deploys to"},
    KeyDoc{"artifacts", texts, "Globs of files to keep with the run"},
    KeyDoc{"reports", R"({"$ref":"#/$defs/reports"})",
           "What its commands write, by format: files or globs that decide with `gate`"},
    KeyDoc{"gate", R"({"$ref":"#/$defs/gate"})",
           "Bounds that the reports must keep, by metric: `coverage: '>= 80%'`"},
    KeyDoc{"baseline", text,
           "A SARIF file of findings that are known, for the gate `new_findings`"},
    KeyDoc{"waivers", R"({"type":"array","items":{"$ref":"#/$defs/waiver"}})",
           "Findings and gates that are let pass, each for a reason and until a day"},
    KeyDoc{"flaky", R"({"$ref":"#/$defs/flaky"})", "What becomes of tests that fail now and then"},
    KeyDoc{"cache", R"({"$ref":"#/$defs/cache"})", "Folders to keep from run to run"},
    KeyDoc{"inputs", texts, "Globs; while nothing in them changes it is not run again"},
    KeyDoc{"outputs", texts, "Globs of what it makes; kept with its inputs"},
};

constexpr std::array matrix{
    KeyDoc{"include", R"({"type":"array","items":{"$ref":"#/$defs/row"}})",
           "Combinations to add, or values to add to combinations"},
    KeyDoc{"exclude", R"({"type":"array","items":{"$ref":"#/$defs/row"}})",
           "Combinations to leave out"},
    KeyDoc{"max_parallel", R"({"type":"integer","minimum":1})", "How many run at once"},
};

constexpr std::array retry_keys{
    KeyDoc{"max", R"({"type":"integer","minimum":1,"maximum":100})", "Attempts after the first"},
    KeyDoc{"backoff", duration, "Wait before the second attempt; doubles each time"},
    KeyDoc{"on", R"({"$ref":"#/$defs/retry_causes"})", "Which failures to try again after"},
};

constexpr std::array cache{
    KeyDoc{"key", text, "What the content depends on"},
    KeyDoc{"paths", texts, "What to keep, in the workspace"},
};

constexpr const char* day_type = R"({"type":"string","pattern":"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"})";

constexpr std::array waiver{
    KeyDoc{"rule", text, "The rule of the findings; `*` stands for any characters"},
    KeyDoc{"package", text, "The package they are in, with or without its version; as `rule`"},
    KeyDoc{"path", text, "A glob of the files they are in"},
    KeyDoc{"gate", text, "Instead of findings: the metric of the gate"},
    KeyDoc{"reason", text, "Why this may pass"},
    KeyDoc{"expires", day_type, "The last day on which it holds, in UTC: 2026-12-31"},
};

constexpr std::array flaky{
    KeyDoc{"rerun", texts,
           "What runs only the failed tests again and writes the same report; they stand in "
           "`$PIPECTL_FAILED_TESTS`. Not needed with a `tool` that knows how"},
    KeyDoc{"max", R"({"type":"integer","minimum":1,"maximum":10})",
           "How often at most; default: 1 with `rerun`, else 0"},
    KeyDoc{"quarantine", R"({"type":"array","items":{"$ref":"#/$defs/quarantine"}})",
           "Tests that may fail, each for a reason and until a day"},
};

constexpr std::array quarantine{
    KeyDoc{"test", text, "`NAME` or `SUITE.NAME`; `*` stands for any characters"},
    KeyDoc{"reason", text, "Why it may fail"},
    KeyDoc{"expires", day_type, "The last day on which it may, in UTC"},
};

constexpr std::array container{
    KeyDoc{"pull", pull, "When to fetch the image; default: missing"},
    KeyDoc{"user", R"({"enum":["host","image","root"]})",
           "Whom commands run as; default: host, the user that runs pipectl"},
    KeyDoc{"network", text, "The network to join: `host`, `none`, or one that is there"},
    KeyDoc{"cpus", R"({"type":["number","string"]})", "How many processors it may use: 1.5"},
    KeyDoc{"memory", R"({"type":["string","integer"]})", "How much memory it may use: 512MiB"},
};

constexpr std::array service{
    KeyDoc{"image", image, "What it runs"},
    KeyDoc{"compose", text,
           "A Compose file, relative to the stage's working directory, instead of `image`"},
    KeyDoc{"ports", R"({"type":"array","items":{"$ref":"#/$defs/port"}})",
           "The ports it listens on; the first one is its port"},
    KeyDoc{"env", env, "Environment variables"},
    KeyDoc{"secrets", names, "The secrets that it gets as variables"},
    KeyDoc{"command", texts, "Arguments in place of the image's own"},
    KeyDoc{"pull", pull, "When to fetch the image; default: missing"},
    KeyDoc{"health", R"({"$ref":"#/$defs/service_health"})",
           "How it is known to be ready; default: the image's HEALTHCHECK"},
};

constexpr std::array service_health{
    KeyDoc{"tcp", R"({"$ref":"#/$defs/port"})", "This port accepts connections"},
    KeyDoc{"http", text, "This path answers with a status of 200 to 399"},
    KeyDoc{"port", R"({"$ref":"#/$defs/port"})", "The port for `http`; default: the first one"},
    KeyDoc{"command", texts, "This command in its container ends with 0"},
    KeyDoc{"within", duration, "How long to wait for it; default: 1m"},
};

constexpr std::array check{
    KeyDoc{"within", duration, "How long to keep trying; default: 30s, 0 tries once"},
    KeyDoc{"interval", duration, "Wait between two tries; default: 1s"},
    KeyDoc{"timeout", duration, "How long one try may take; default: 5s"},
};

template <std::size_t size>
constexpr auto key_names(const std::array<KeyDoc, size>& docs) {
  std::array<std::string_view, size> result;
  std::ranges::transform(docs, result.begin(), &KeyDoc::name);
  return result;
}

template <const auto& docs>
struct Table {
  static constexpr auto names = key_names(docs);
};

/// Calls `use` with the table of a section, as docs and names.
template <class Use>
auto with_table(Section section, Use use) {
  switch (section) {
    case Section::pipeline:
      return use(pipeline, Table<pipeline>::names);
    case Section::included:
      return use(included, Table<included>::names);
    case Section::source:
      return use(source, Table<source>::names);
    case Section::param:
      return use(param, Table<param>::names);
    case Section::environment:
      return use(environment, Table<environment>::names);
    case Section::event:
      return use(event, Table<event>::names);
    case Section::defaults:
      return use(defaults, Table<defaults>::names);
    case Section::stage:
      return use(stage, Table<stage>::names);
    case Section::matrix:
      return use(matrix, Table<matrix>::names);
    case Section::retry:
      return use(retry_keys, Table<retry_keys>::names);
    case Section::cache:
      return use(cache, Table<cache>::names);
    case Section::waiver:
      return use(waiver, Table<waiver>::names);
    case Section::flaky:
      return use(flaky, Table<flaky>::names);
    case Section::quarantine:
      return use(quarantine, Table<quarantine>::names);
    case Section::container:
      return use(container, Table<container>::names);
    case Section::service:
      return use(service, Table<service>::names);
    case Section::service_health:
      return use(service_health, Table<service_health>::names);
    case Section::check:
      break;
  }
  return use(check, Table<check>::names);
}

}  // namespace

std::span<const KeyDoc> keys(Section section) noexcept {
  return with_table(section,
                    [](const auto& docs, const auto&) { return std::span<const KeyDoc>(docs); });
}

std::span<const std::string_view> key_names(Section section) noexcept {
  return with_table(section, [](const auto&, const auto& found) {
    return std::span<const std::string_view>(found);
  });
}

}  // namespace pipectl::config
