#include <fmt/format.h>

#include <array>

#include "core/base/text.hpp"
#include "plugins/docker/app_settings.hpp"
#include "plugins/docker/app_words.hpp"

namespace pipectl::docker {
namespace {

constexpr long highest_port = 65535;
constexpr long most_retries = 1000;

void need(std::string_view key, std::string_view example, yaml::Reader& reader) {
  if (!reader.node(key))
    reader.diagnostics().error(reader.self().span(),
                               fmt::format("{} needs `{}`", reader.what(), key),
                               fmt::format("`{}`", example));
}

AppHealth read_health(yaml::Node value, const ParseContext& context) {
  yaml::Reader reader{value, "`healthcheck`", context.diagnostics};
  AppHealth health;
  health.command = reader.string("command").value_or("");
  if (!health.command.empty()) {
    health.interval = Milliseconds{2'000};
    health.timeout = Milliseconds{5'000};
  }
  health.interval = reader.duration("interval").value_or(health.interval);
  health.timeout = reader.duration("timeout").value_or(health.timeout);
  health.start_period = reader.duration("start_period").value_or(health.start_period);
  health.retries = static_cast<int>(reader.integer("retries", 1, most_retries).value_or(0));
  reader.finish();
  return health;
}

AppSettings::Proxy read_proxy(yaml::Node value, const ParseContext& context) {
  yaml::Reader reader{value, "`proxy`", context.diagnostics};
  AppSettings::Proxy proxy;
  proxy.image = read_text("image", reader, context);
  proxy.container = read_text("container", reader, context);
  proxy.publish = read_texts("publish", reader, context);
  proxy.config = read_text("config", reader, context);
  proxy.drain = reader.duration("drain").value_or(proxy.drain);
  reader.finish();
  const bool ours = reader.node("image").has_value();
  if (ours == reader.node("container").has_value())
    context.diagnostics.error(value.span(), "`proxy` needs an `image` or a `container`",
                              "`image` of an nginx that pipectl runs, or the `container` of one "
                              "that you run");
  if (!ours && (reader.node("publish") || reader.node("config")))
    context.diagnostics.error(value.span(), "`publish` and `config` are for a proxy with `image`",
                              "a container of your own has its ports and configuration");
  return proxy;
}

void read_limits(yaml::Reader& reader, AppSettings& settings) {
  if (const auto cpus = reader.string("cpus")) {
    settings.cpus = *cpus;
    if (const auto right = processors(std::string{*cpus}); !right)
      reader.diagnostics().error(reader.node("cpus")->span(), right.error().message,
                                 right.error().hint);
  }
  const auto memory = reader.string("memory");
  if (!memory) return;
  if (const auto bytes = parse_size(*memory))
    settings.memory = std::to_string(*bytes);
  else
    reader.diagnostics().error(reader.node("memory")->span(),
                               fmt::format("'{}' is no amount of memory", printable(*memory)),
                               "such as 512MiB");
}

void read_containers(yaml::Reader& reader, const ParseContext& context, AppSettings& settings) {
  constexpr std::array<std::string_view, 3> when{"missing", "always", "never"};
  settings.image = read_text("image", reader, context);
  const auto pull = reader.choice("pull", when).value_or("missing");
  if (pull != "missing") settings.pull = pull == "always" ? Pull::always : Pull::never;
  settings.command = read_texts("command", reader, context);
  settings.replicas = read_text("replicas", reader, context);
  settings.port = static_cast<unsigned>(reader.integer("port", 1, highest_port).value_or(0));
  settings.env = read_map("env", reader, context);
  settings.secrets = read_granted("secrets", reader, context);
  settings.volumes = read_texts("volumes", reader, context);
  read_limits(reader, settings);
  if (const auto health = reader.node("healthcheck"))
    settings.health = read_health(*health, context);
}

/// Reports what no run can make right: a value that is written out, and wrong.
template <typename Judge>
void judge(const expr::Template& written, Judge right, Diagnostics& diagnostics) {
  const bool is_there = written.where().file != nullptr;
  if (!is_there || !written.is_literal()) return;
  if (const auto value = right(written.text()); !value)
    diagnostics.error(written.where(), value.error().message, value.error().hint);
}

void judge_all(const AppSettings& settings, Diagnostics& diagnostics) {
  judge(settings.name, app_name, diagnostics);
  judge(settings.context, plain_name, diagnostics);
  judge(settings.image, image_name, diagnostics);
  judge(settings.replicas, replica_number, diagnostics);
  judge(settings.network, plain_name, diagnostics);
  if (!settings.proxy) return;
  judge(settings.proxy->image, image_name, diagnostics);
  judge(settings.proxy->container, plain_name, diagnostics);
}

}  // namespace

std::optional<AppSettings> parse_app(yaml::Node value, const ParseContext& context) {
  const std::size_t errors = context.diagnostics.error_count();
  yaml::Reader reader{value, "`docker`", context.diagnostics};
  AppSettings settings;
  settings.name = read_text("name", reader, context);
  settings.context = read_text("context", reader, context);
  settings.network = read_text("network", reader, context);
  read_containers(reader, context, settings);
  if (const auto proxy = reader.node("proxy")) settings.proxy = read_proxy(*proxy, context);
  need("name", "name: shop", reader);
  need("image", "image: 'shop:${{ git.short_sha }}'", reader);
  if (settings.proxy) need("port", "port: 8080", reader);
  reader.finish();
  judge_all(settings, context.diagnostics);
  if (context.diagnostics.error_count() > errors) return std::nullopt;
  return settings;
}

}  // namespace pipectl::docker
