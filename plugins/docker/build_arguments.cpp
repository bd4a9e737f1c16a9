#include <fmt/format.h>

#include <algorithm>

#include "plugins/docker/build_spec.hpp"

namespace pipectl::docker {
namespace {

void add(Arguments& arguments, std::string_view option, const std::string& value) {
  if (value.empty()) return;
  arguments.emplace_back(option);
  arguments.push_back(value);
}

}  // namespace

Arguments build_arguments(const BuildCall& call) {
  const bool buildx = call.builder == BuildCall::Builder::buildx;
  Arguments arguments =
      buildx ? Arguments{"buildx", "build", "--load", "--progress", "plain"} : Arguments{"build"};
  add(arguments, "--file", call.file);
  add(arguments, "--target", call.target);
  add(arguments, "--platform", call.platform);
  for (const auto& [name, value] : call.build_args)
    add(arguments, "--build-arg", fmt::format("{}={}", name, value));
  for (const auto& [name, value] : call.labels)
    add(arguments, "--label", fmt::format("{}={}", name, value));
  for (const auto& name : call.secrets)
    add(arguments, "--secret", fmt::format("id={0},env={0}", name));
  for (const auto& tag : call.tags) add(arguments, "--tag", tag);
  for (const auto& image : call.cache_from) add(arguments, "--cache-from", image);
  // Layers are taken only from an image that says what each was made from.
  if (buildx && !call.cache_from.empty()) add(arguments, "--cache-to", std::string{"type=inline"});
  if (call.cache == BuildSpec::Cache::ignore) arguments.emplace_back("--no-cache");
  if (call.bases == BuildSpec::Bases::newest) arguments.emplace_back("--pull");
  add(arguments, "--iidfile", call.id_file);
  arguments.push_back(call.context);
  return arguments;
}

std::string tag_for(const std::string& tag, const std::string& platform) {
  std::string suffix = platform;
  std::ranges::replace(suffix, '/', '-');
  const std::size_t slash = tag.rfind('/');
  const bool has_tag = tag.find(':', slash == std::string::npos ? 0 : slash) != std::string::npos;
  return fmt::format("{}{}-{}", tag, has_tag ? "" : ":latest", suffix);
}

}  // namespace pipectl::docker
