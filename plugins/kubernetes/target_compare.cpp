#include <fmt/format.h>

#include "core/base/text.hpp"
#include "plugins/kubernetes/target.hpp"

namespace pipectl::plugins::kubernetes {

Result<std::vector<std::string>> KubernetesTarget::compare(const Settings& settings) {
  settings_ = &settings;
  const DeployWork work;
  if (!TRY(cluster_.has_namespace(work)))
    return std::vector<std::string>{fmt::format("namespace '{}' is made, and everything in it",
                                                printable(kubectl_.access().name_space))};
  plan_ = TRY(make_plan(settings, kubectl_));
  book_ = std::make_unique<RecordBook>(kubectl_, plan_.workload.name);
  TRY(learn(work));
  std::vector<std::string> lines;
  if (record_.running && record_.running->image != plan_.workload.image)
    lines.push_back(fmt::format("image: {} -> {}", record_.running->image, plan_.workload.image));
  const std::string text = TRY(cluster_.difference(TRY(objects_for(home(), {})), work));
  for (const std::string_view line : split(trim(text), '\n'))
    if (!line.empty()) lines.emplace_back(line);
  return lines;
}

}  // namespace pipectl::plugins::kubernetes
