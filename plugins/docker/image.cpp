#include "plugins/docker/image.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/api/image_note.hpp"
#include "core/base/text.hpp"
#include "plugins/docker/explain.hpp"
#include "plugins/docker/image_text.hpp"
#include "plugins/docker/json_member.hpp"
#include "plugins/docker/patience.hpp"

namespace pipectl::docker {
namespace {

using Json = nlohmann::json;

std::vector<std::string> strings_of(const Json& json) {
  std::vector<std::string> result;
  if (json.is_array())
    for (const auto& item : json)
      if (item.is_string()) result.push_back(item.get<std::string>());
  return result;
}

/// Without tag and digest.
std::string_view repository_of(std::string_view name) {
  name = name.substr(0, name.find('@'));
  const std::size_t slash = name.rfind('/');
  const std::size_t tag = name.find(':', slash == std::string_view::npos ? 0 : slash);
  return name.substr(0, tag);
}

/// The digest in the repository that was asked for. One of another repository would send people to
/// the wrong place.
std::string digest_of(const Json& image, const std::string& name) {
  for (const auto& digest : strings_of(member(image, "RepoDigests")))
    if (repository_of(digest) == repository_of(name)) return digest;
  return {};
}

Result<Image> read_image(const std::string& text, const std::string& name) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_array() || json.empty())
    return fail(Fault::infrastructure, fmt::format("docker tells nothing of the image {}", name));
  const Json& about = json.front();
  const Json config = member(about, "Config");
  Image image;
  image.name = name;
  image.id = text_of(member(about, "Id"));
  image.digest = digest_of(about, name);
  image.entrypoint = strings_of(member(config, "Entrypoint"));
  image.command = strings_of(member(config, "Cmd"));
  image.platform = text_of(member(about, "Os")) + "/" + text_of(member(about, "Architecture"));
  if (const auto variant = text_of(member(about, "Variant")); !variant.empty())
    image.platform += "/" + variant;
  const Json size = member(about, "Size");
  if (size.is_number_unsigned()) image.bytes = size.get<std::uint64_t>();
  return image;
}

Result<void> pull_image(const Client& client, const std::string& name, StageContext& context) {
  context.emit.note(fmt::format("pulling {}", name));
  constexpr std::chrono::minutes longest{30};
  const auto limit = context.deadline.value_or(context.clock.steady() + longest);
  TRY(ask_patiently(client, context, {"pull", "--quiet", name},
                    {.deadline = limit, .cancel = context.cancel}, "cannot pull " + name));
  return {};
}

}  // namespace

Result<std::optional<Image>> find_image(const Client& client, const std::string& name,
                                        const Call& call) {
  const Answer answer = TRY(client.ask({"image", "inspect", name}, call));
  if (answer.success()) return TRY(read_image(answer.out, name));
  if (answer.err.find("No such image") != std::string::npos) return std::nullopt;
  return tl::unexpected(explain(answer, "docker image inspect"));
}

Result<Image> obtain_image(const Client& client, const expr::Template& written, Pull pull,
                           StageContext& context) {
  const std::string name = TRY(evaluate_image(written, context));
  const Call call{.cancel = context.cancel};
  auto image = TRY(find_image(client, name, call));
  if (pull == Pull::always || (!image && pull == Pull::missing)) {
    TRY(pull_image(client, name, context));
    image = TRY(find_image(client, name, call));
  }
  if (!image)
    return fail(Fault::infrastructure, fmt::format("the image {} is not here", name),
                pull == Pull::never
                    ? "`pull: never` does not fetch it; build it first, or `docker pull` it"
                    : "pull it with `docker pull`");
  const std::string exact = image->digest.empty() ? image->id : image->digest;
  context.emit.note(fmt::format("image {} is {}", name, exact));
  TRY(context.emit.remember(std::string{image_note} + name, exact));
  return *std::move(image);
}

}  // namespace pipectl::docker
