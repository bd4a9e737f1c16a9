#include "plugins/docker/image_text.hpp"

#include <fmt/format.h>

#include <array>

#include "core/base/text.hpp"
#include "plugins/docker/names.hpp"

namespace pipectl::docker {

std::string hint_of_missing(const expr::Template& written, const expr::Scope& scope) {
  for (const auto& path : written.paths()) {
    if (path.size() < 2 || path[0] != "stages") continue;
    if (!expr::to_text(scope.value(path)).empty()) continue;
    const std::array<std::string, 2> name{"environment", "name"};
    const std::string environment = expr::to_text(scope.value(name));
    return fmt::format("a stage that makes it did not run: {}; `pipectl run{}` runs it", path[1],
                       environment.empty() ? "" : " -E " + environment);
  }
  return {};
}

Result<std::string> evaluate_image(const expr::Template& written, const StageContext& context) {
  std::string name = TRY(written.evaluate(context.scope));
  if (is_image_name(name)) return name;
  std::string hint = hint_of_missing(written, context.scope);
  if (hint.empty()) hint = fmt::format("`image` is written as {}", written.text());
  return fail(Fault::step, fmt::format("'{}' is no name of an image", printable(name)),
              std::move(hint));
}

}  // namespace pipectl::docker
