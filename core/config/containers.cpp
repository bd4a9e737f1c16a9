#include "core/config/containers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/base/text.hpp"
#include "core/config/keys.hpp"
#include "core/config/not_built.hpp"
#include "core/config/values.hpp"

namespace pipectl::config {
namespace {

constexpr std::uint64_t least_memory = 6ULL << 20U;  // what container engines accept

/// `2`, `1.5`, `0.25`.
bool is_decimal(std::string_view text) noexcept {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const std::size_t dot = std::min(text.find('.'), text.size());
  const auto whole = text.substr(0, dot);
  const auto part = dot < text.size() ? text.substr(dot + 1) : std::string_view("0");
  return !whole.empty() && !part.empty() && std::ranges::all_of(whole, is_digit) &&
         std::ranges::all_of(part, is_digit) &&
         text.find_first_not_of("0.") != std::string_view::npos;
}

void read_limits(yaml::Reader& reader, ContainerSpec& container) {
  if (const auto cpus = reader.string("cpus")) {
    container.cpus = *cpus;
    if (!is_decimal(*cpus))
      reader.diagnostics().error(reader.node("cpus")->span(),
                                 fmt::format("'{}' is no number of processors", *cpus),
                                 "such as 2 or 1.5");
  }
  if (const auto memory = reader.string("memory")) {
    container.memory = parse_size(*memory);
    if (!container.memory)
      reader.diagnostics().error(reader.node("memory")->span(),
                                 fmt::format("'{}' is no amount of memory", *memory),
                                 "such as 512MiB or 2GB");
    else if (*container.memory < least_memory)
      reader.diagnostics().error(reader.node("memory")->span(), "'memory' must be at least 6MiB");
  }
}

void read_network(yaml::Reader& reader, ContainerSpec& container) {
  const auto network = reader.string("network");
  if (!network) return;
  const yaml::Node value = *reader.node("network");
  if (!check_literal(value, "network", reader.diagnostics())) return;
  if (network->empty() || network->starts_with('-'))
    reader.diagnostics().error(value.span(), fmt::format("'{}' is no network", *network));
  container.network = *network;
}

void read_options(yaml::Node mapping, Diagnostics& diagnostics, ContainerSpec& container) {
  static constexpr std::array<std::string_view, 3> users{"host", "image", "root"};
  yaml::Reader reader(mapping, "'docker'", diagnostics);
  reader.allow(key_names(Section::container));
  container.pull = read_pull(reader);
  if (const auto user = reader.choice("user", users))
    container.user = *user == "host"    ? ContainerUser::host
                     : *user == "image" ? ContainerUser::image
                                        : ContainerUser::root;
  read_network(reader, container);
  read_limits(reader, container);
  reader.finish();
}

/// `executor: {docker: {memory: 1GiB}}`
void read_executor_mapping(yaml::Node mapping, Diagnostics& diagnostics, StageSpec& spec) {
  yaml::Reader reader(mapping, "'executor'", diagnostics);
  if (reader.self().find("kubernetes") &&
      report_not_built(Place::executor, "kubernetes", mapping.span(), diagnostics))
    return;
  if (const auto docker = reader.node("docker"))
    read_options(*docker, diagnostics, spec.container);
  else if (!reader.self().find("docker"))
    diagnostics.error(mapping.span(), "'executor' names no executor",
                      "`local`, `docker`, or {docker: {memory: 1GiB}} with options");
  reader.finish();
  spec.executor = ExecutorKind::docker;
}

void read_executor(yaml::Reader& reader, StageSpec& spec) {
  static constexpr std::array<std::string_view, 2> executors{"local", "docker"};
  const auto value = reader.node("executor");
  if (!value) return;
  auto& diagnostics = reader.diagnostics();
  if (value->kind() == yaml::Kind::mapping) return read_executor_mapping(*value, diagnostics, spec);
  if (report_not_built(Place::executor, value->text(), value->span(), diagnostics)) return;
  const auto name = yaml::read_choice(*value, "executor", executors, diagnostics);
  if (name) spec.executor = *name == "docker" ? ExecutorKind::docker : ExecutorKind::local;
}

}  // namespace

Pull read_pull(yaml::Reader& reader) {
  static constexpr std::array<std::string_view, 3> when{"missing", "always", "never"};
  const auto pull = reader.choice("pull", when);
  if (pull == "always") return Pull::always;
  return pull == "never" ? Pull::never : Pull::missing;
}

std::optional<expr::Template> read_image(yaml::Node value, Diagnostics& diagnostics) {
  auto image = read_template(value, "image", diagnostics);
  if (!image || !image->text().empty()) return image;
  diagnostics.error(value.span(), "'image' is empty", "such as debian:bookworm");
  return std::nullopt;
}

void read_container(yaml::Reader& reader, StageSpec& spec) {
  if (const auto value = reader.node("image"))
    if (auto image = read_image(*value, reader.diagnostics())) {
      spec.container.image = std::move(*image);
      // The nearest word counts: an image here wins over `executor: local` of the defaults.
      if (!reader.node("executor") && spec.executor == ExecutorKind::local) spec.executor.reset();
    }
  read_executor(reader, spec);
}

void check_container(yaml::Reader& reader, const StageSpec& spec) {
  const auto& network = spec.container.network;
  if (!network.empty() && network != "host" && !spec.services.empty())
    reader.diagnostics().error(spec.where,
                               fmt::format("stage '{}' has services and a network", spec.name),
                               "services make a network of their own; leave `network` out");
  if (spec.executor != ExecutorKind::docker || !spec.container.image.text().empty()) return;
  if (reader.node("image")) return;  // reported
  const auto executor = reader.node("executor");
  reader.diagnostics().error(executor ? executor->span() : spec.where,
                             fmt::format("stage '{}' has no image to run in", spec.name),
                             "`image: debian:bookworm`, or `executor: local` for this host");
}

}  // namespace pipectl::config
