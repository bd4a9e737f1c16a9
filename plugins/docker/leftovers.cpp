#include "plugins/docker/leftovers.hpp"

#include <fmt/format.h>

#include <array>
#include <system_error>

#include "core/base/text.hpp"
#include "plugins/docker/explain.hpp"
#include "plugins/docker/names.hpp"
#include "plugins/docker/scratch.hpp"

namespace pipectl::docker {
namespace {

namespace fs = std::filesystem;

struct Sort {
  std::vector<std::string> list;
  std::vector<std::string> remove;
};

/// One sort of things with a label.
Result<std::size_t> remove_sort(const Client& client, const Sort& sort, const std::string& label,
                                const Call& call) {
  auto list = sort.list;
  list.insert(list.end(), {"--quiet", "--filter", "label=" + label});
  const std::string found = TRY(client.must(std::move(list), call));
  auto remove = sort.remove;
  std::size_t count = 0;
  for (const auto id : split(found, '\n')) {
    if (trim(id).empty()) continue;
    remove.emplace_back(trim(id));
    ++count;
  }
  if (count == 0) return 0U;
  const Answer answer = TRY(client.ask(std::move(remove), call));
  // Somebody may have been faster.
  if (!answer.success() && answer.err.find("No such") == std::string::npos &&
      answer.err.find("already in progress") == std::string::npos)
    return tl::unexpected(explain(answer, "docker " + sort.remove.front()));
  return count;
}

std::vector<fs::path> places_of(const GoneRun& run) {
  std::vector<fs::path> places;
  std::error_code error;
  for (fs::directory_iterator at(places_dir(run.dir), error), end; !error && at != end;
       at.increment(error))
    places.push_back(at->path());
  return places;
}

}  // namespace

Result<std::size_t> remove_labelled(const Client& client, const std::string& label,
                                    const Call& call) {
  const std::array<Sort, 3> sorts{Sort{{"ps", "--all"}, {"rm", "--force", "--volumes"}},
                                  Sort{{"network", "ls"}, {"network", "rm"}},
                                  Sort{{"volume", "ls"}, {"volume", "rm", "--force"}}};
  std::size_t removed = 0;
  for (const Sort& sort : sorts) removed += TRY(remove_sort(client, sort, label, call));
  return removed;
}

Result<std::size_t> remove_leftovers(const GoneRun& run, const CancelToken& cancel) {
  std::size_t removed = 0;
  const auto places = places_of(run);
  for (const auto& place : places) {
    EnvMap env = run.host;
    for (const auto& [name, value] : engine_of(place)) env[name] = value;
    const Client client{run.executor, std::move(env)};
    const Call call{.cancel = cancel};
    removed += TRY(remove_labelled(client, fmt::format("{}={}", run_label, run.id), call));
    const auto project = fmt::format("{}={}", project_label, place.filename().string());
    removed += TRY(remove_labelled(client, project, call));
    std::error_code ignored;
    fs::remove_all(place, ignored);
  }
  return removed;
}

}  // namespace pipectl::docker
