#include "core/config/notify.hpp"

#include <fmt/format.h>

#include "core/base/text.hpp"

namespace pipectl::config {
namespace {

void report_unknown(yaml::Node key, const Context& context) {
  std::vector<std::string_view> known;
  for (const auto& kind : context.registry.notifiers()) known.push_back(kind->name());
  std::string hint = suggestion(key.text(), known);
  if (hint.empty())
    for (const auto name : known)
      hint += fmt::format("{}{}", hint.empty() ? "one of " : ", ", name);
  context.diagnostics.error(key.span(), fmt::format("unknown notifier '{}'", key.text()),
                            std::move(hint));
}

void read_one(const NotifierKind& kind, yaml::Node value, std::string name, LoadedPipeline& loaded,
              const Context& context) {
  yaml::Reader reader(value, fmt::format("notifier '{}'", name), context.diagnostics);
  if (value.kind() != yaml::Kind::mapping && value.kind() != yaml::Kind::null) return;
  const std::size_t errors = context.diagnostics.error_count();
  auto notifier = kind.parse(reader, {loaded.pipeline, context.diagnostics});
  reader.finish();
  if (notifier != nullptr)
    loaded.notifiers.push_back({std::move(name), std::move(notifier)});
  else if (context.diagnostics.error_count() == errors)
    context.diagnostics.error(
        value.span(),
        fmt::format("notifier '{}' was refused without a reason [this is a bug]", name));
}

}  // namespace

void read_notifiers(yaml::Node mapping, LoadedPipeline& loaded, const Context& context) {
  const yaml::Reader whole(mapping, "'notify'", context.diagnostics);
  for (const auto& [key, value] : mapping.entries()) {
    const NotifierKind* const kind = context.registry.notifier(key.text());
    if (kind == nullptr) {
      report_unknown(key, context);
      continue;
    }
    if (value.kind() != yaml::Kind::sequence) {
      read_one(*kind, value, std::string(key.text()), loaded, context);
      continue;
    }
    std::size_t number = 0;
    for (const yaml::Node item : value.items()) {
      ++number;
      const auto suffix = number == 1 ? std::string{} : fmt::format("-{}", number);
      read_one(*kind, item, std::string(key.text()) + suffix, loaded, context);
    }
  }
}

}  // namespace pipectl::config
