#include "plugins/kubernetes/source.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>
#include <system_error>

#include "core/api/capture_output.hpp"
#include "core/api/run_command.hpp"
#include "core/base/text.hpp"
#include "plugins/kubernetes/json_access.hpp"
#include "plugins/kubernetes/templates.hpp"

namespace pipectl::plugins::kubernetes {
namespace {

constexpr std::size_t most_output = std::size_t{16} << 20U;
constexpr const char* usual_release = "app";
constexpr std::size_t most_complaint = std::size_t{16} << 10U;

/// `apps/v1/Deployment` from lines of name, maybe short names, version, whether namespaced, kind.
std::vector<std::string> kinds_of_table(const std::string& table) {
  constexpr std::size_t fewest = 4;
  std::vector<std::string> kinds;
  for (const auto line : split(table, '\n')) {
    std::istringstream words{std::string{line}};
    const std::vector<std::string> row{std::istream_iterator<std::string>{words}, {}};
    if (row.size() >= fewest) kinds.push_back(row[row.size() - 3] + '/' + row.back());
  }
  return kinds;
}

/// helm 3.10 says on the same output from where it fetched the chart.
std::string documents_alone(std::string printed) {
  constexpr std::string_view begin = "---\n";
  if (printed.starts_with(begin)) return printed;
  const auto found = printed.find("\n---\n");
  return found == std::string::npos ? printed : printed.substr(found + 1);
}

/// helm says how to learn more after it said what is wrong.
std::string complaint_of(const CaptureOutput& output) {
  const std::string& err = output.err();
  for (const auto line : split(err, '\n'))
    if (line.starts_with("Error: ")) return std::string{trim(line)};
  return output.last_line();
}

/// Reads the files of one source.
class Loader {
 public:
  Loader(const Source& source, const Kubectl& kubectl, const SourceTree& tree)
      : source_(source), kubectl_(kubectl), tree_(tree), scope_(kubectl.context().scope) {}

  [[nodiscard]] Result<ObjectList> load() const {
    Documents documents = TRY(this->documents());
    return to_list(TRY(kubectl_.run({.argv = {"create", "--dry-run=client", "--validate=false",
                                              "--output=json", "--filename=" + documents.file},
                                     .input = std::move(documents.text),
                                     .work = tree_.work})));
  }

 private:
  /// `-` and text, or a path.
  struct Documents {
    std::string file;
    std::optional<std::string> text{};
  };

  [[nodiscard]] Result<Documents> documents() const {
    const std::string manifests = TRY(source_.manifests.evaluate(scope_));
    if (!manifests.empty()) return Documents{placed(manifests)};
    const std::string kustomize = TRY(source_.kustomize.evaluate(scope_));
    if (!kustomize.empty())
      return Documents{"-", TRY(printed_by({"kubectl", "kustomize", placed(kustomize)}))};
    return Documents{"-", documents_alone(TRY(printed_by(TRY(helm_command()))))};
  }

  [[nodiscard]] std::string placed(const std::string& path) const {
    return tree_.root.empty() ? path : (tree_.root / path).string();
  }

  /// The values are the file's own and no secrets: they may stand on a command line.
  [[nodiscard]] Result<std::vector<std::string>> helm_command() const {
    const std::string chart = TRY(source_.chart.evaluate(scope_));
    std::string release = TRY(source_.release.evaluate(scope_));
    if (release.empty()) release = usual_release;
    std::error_code ignored;
    const bool in_tree = std::filesystem::exists(placed(chart), ignored);
    std::vector<std::string> argv{"helm",           "template",
                                  release,          in_tree ? placed(chart) : chart,
                                  "--include-crds", "--no-hooks"};
    const std::string version = TRY(source_.version.evaluate(scope_));
    if (!version.empty()) argv.push_back("--version=" + version);
    TRY(add_abilities(argv));
    const std::string& name_space = kubectl_.access().name_space;
    if (!name_space.empty()) argv.push_back("--namespace=" + name_space);
    for (const auto& file : source_.values)
      argv.push_back("--values=" + placed(TRY(file.evaluate(scope_))));
    for (const auto& [key, value] : source_.set)
      argv.push_back(
          fmt::format("--set-string={}={}", key, as_helm_value(TRY(value.evaluate(scope_)))));
    return argv;
  }

  [[nodiscard]] Result<std::string> ask(std::vector<std::string> argv, int also_good = 0) const {
    return kubectl_.run({.argv = std::move(argv), .work = tree_.work, .also_good = also_good});
  }

  /// A chart may ask what the cluster is and what it knows. Left alone, helm tells it of a cluster
  /// of the days when helm was built, without a custom resource.
  [[nodiscard]] Result<void> add_abilities(std::vector<std::string>& argv) const {
    const auto facts = nlohmann::json::parse(TRY(ask({"get", "--raw=/version"})), nullptr, false);
    const std::string version = text_at(facts, "/gitVersion");
    if (!version.empty()) argv.push_back("--kube-version=" + version);
    const std::string versions = TRY(ask({"api-versions"}));
    for (const auto line : split(versions, '\n'))
      if (!trim(line).empty()) argv.push_back(fmt::format("--api-versions={}", trim(line)));
    // 1: one of the groups does not answer, which is of no matter to the others.
    const std::string table = TRY(ask({"api-resources", "--no-headers"}, 1));
    for (const auto& kind : kinds_of_table(table)) argv.push_back("--api-versions=" + kind);
    return {};
  }

  /// helm reads commas and backslashes in a value as its own syntax.
  static std::string as_helm_value(const std::string& value) {
    std::string text;
    for (const char c : value) {
      if (c == ',' || c == '\\') text += '\\';
      text += c;
    }
    return text;
  }

  /// What a program printed that only turns files into objects.
  [[nodiscard]] Result<std::string> printed_by(std::vector<std::string> argv) const {
    const std::string what = argv.at(0) + ' ' + argv.at(1);
    CaptureOutput output{most_output, most_complaint};
    StageCommand command;
    command.argv = std::move(argv);
    command.limit = tree_.work.limit;
    command.output = &output;
    const auto end = run_command(kubectl_.context(), command, tree_.work.lifetime);
    if (!end && end.error().fault == Fault::step)
      return fail(Fault::infrastructure, end.error().message,
                  what.starts_with("helm") ? "a `chart` needs helm on the PATH: "
                                             "https://helm.sh/docs/intro/install/"
                                           : "kubectl must be on the PATH");
    if (!end) return tl::unexpected(end.error());
    if (end->finished.ended == Ended::cancelled)
      return fail(Fault::cancelled, pipectl::describe(end->cancelled));
    if (end->finished.ended == Ended::timed_out) return fail(Fault::step, what + " timed out");
    if (!end->success())
      return fail(Fault::step, fmt::format("{}: {}", what, printable(complaint_of(output))));
    if (!output.out_is_whole()) return fail(Fault::step, what + " printed more than 16 MiB");
    return output.out();
  }

  const Source& source_;
  const Kubectl& kubectl_;
  const SourceTree& tree_;
  const expr::Scope& scope_;
};

}  // namespace

Result<ObjectList> load_objects(const Source& source, const Kubectl& kubectl,
                                const SourceTree& tree) {
  return Loader{source, kubectl, tree}.load();
}

std::string describe(const Source& source, const expr::Scope& scope) {
  if (!source.manifests.text().empty())
    return "kubectl apply --filename " + shown(source.manifests, scope);
  if (!source.kustomize.text().empty())
    return "kubectl apply --kustomize " + shown(source.kustomize, scope);
  const std::string release =
      source.release.text().empty() ? usual_release : shown(source.release, scope);
  return fmt::format("helm template {} {} | kubectl apply --filename -", release,
                     shown(source.chart, scope));
}

}  // namespace pipectl::plugins::kubernetes
