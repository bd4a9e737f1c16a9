#include "plugins/release/promotion.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"
#include "plugins/docker/keys.hpp"
#include "plugins/release/settings.hpp"

namespace pipectl::releasing {
namespace {

using docker::ImageName;

constexpr const char* elsewhere =
    "publish the image there, too, and promote it in a release stage of its own";

/// A `+` of a version may not stand in a tag of an image.
std::string tag_for(const std::string& form, const ReleasedVersion& version) {
  std::string tag = filled_in(form, version.version, version.tag);
  std::ranges::replace(tag, '+', '-');
  return tag;
}

bool holds_version(const std::string& form) {
  return form.find("{version}") != std::string::npos || form.find("{tag}") != std::string::npos;
}

/// The registry of a name, as far as the file itself tells.
std::optional<std::string> registry_in(const std::string& text) {
  const auto known = text.substr(0, text.find("${{"));
  const auto slash = known.find('/');
  if (slash == std::string::npos && known != text) return std::nullopt;
  const auto name = docker::parse_image_name(
      slash == std::string::npos ? known : known.substr(0, slash) + "/shop");
  return name ? std::optional(name->registry) : std::nullopt;
}

void check_registries(const PromotionSettings& settings, Diagnostics& diagnostics) {
  const auto source = registry_in(settings.image.text());
  for (const expr::Template& to : settings.to) {
    const auto target = registry_in(to.text());
    if (source && target && *source != *target)
      diagnostics.error(to.where(),
                        fmt::format("'{}' is in another registry than the image, which is in {}",
                                    to.text(), *source),
                        elsewhere);
  }
}

/// The repositories that get the names.
Result<std::vector<ImageName>> targets_of(const PromotionSettings& settings,
                                          const expr::Scope& scope, const ImageName& source) {
  std::vector<ImageName> targets;
  for (const std::string& text : TRY(docker::evaluate_all(settings.to, scope))) {
    targets.push_back(TRY(image_name(text)));
    if (targets.back().registry != source.registry)
      return fail(Fault::usage,
                  fmt::format("promote: {} is in another registry than {}", text, source.text()),
                  elsewhere);
  }
  if (targets.empty()) targets.push_back(source);
  return targets;
}

}  // namespace

Result<ImageName> image_name(const std::string& text) {
  auto name = docker::parse_image_name(text);
  if (!name)
    return fail(Fault::step, fmt::format("promote: '{}' is no name of an image", printable(text)));
  return *std::move(name);
}

const char* const promotion_schema =
    R"({"type":"object","additionalProperties":false,"required":["image"],"properties":{)"
    R"("image":{"type":"string"},"to":{"$ref":"#/$defs/texts"},"tags":{"$ref":"#/$defs/texts"},)"
    R"("login":{"type":"object","additionalProperties":{"type":"object","additionalProperties":)"
    R"(false,"required":["username","password"],"properties":{"username":{"type":"string"},)"
    R"("password":{"$ref":"#/$defs/name"}}}}}})";

std::optional<PromotionSettings> read_promotion(yaml::Node node, const ParseContext& context) {
  const std::size_t errors = context.diagnostics.error_count();
  yaml::Reader reader{node, fmt::format("`promote` of stage '{}'", context.stage.name),
                      context.diagnostics};
  PromotionSettings settings;
  settings.image = docker::read_text("image", reader, context);
  settings.to = docker::read_texts("to", reader, context);
  if (reader.node("tags")) settings.tags.clear();
  for (const yaml::Node& tag : reader.strings("tags")) settings.tags.emplace_back(tag.text());
  settings.logins = docker::read_logins(reader, context);
  reader.finish();
  if (settings.image.text().empty())
    context.diagnostics.error(node.span(), "`promote` does not say which `image` was tested",
                              "`promote: {image: 'ghcr.io/team/app:${{ git.short_sha }}'}`");
  check_registries(settings, context.diagnostics);
  if (context.diagnostics.error_count() == errors &&
      std::ranges::none_of(settings.tags, holds_version))
    context.diagnostics.error(node.span(), "no tag of `promote` holds the version",
                              "`tags: ['{version}', latest]`");
  if (context.diagnostics.error_count() > errors) return std::nullopt;
  return settings;
}

Result<Promotion> plan_promotion(const PromotionSettings& settings, const expr::Scope& scope,
                                 TestedImage image, const ReleasedVersion& version) {
  Promotion promotion{std::move(image), {}, {}};
  for (ImageName target : TRY(targets_of(settings, scope, promotion.image.source))) {
    for (const std::string& form : settings.tags) {
      if (version.prerelease && !holds_version(form)) continue;
      target.reference = tag_for(form, version);
      TRY(image_name(target.text()));
      (holds_version(form) ? promotion.fixed : promotion.moving).push_back(target);
    }
  }
  return promotion;
}

std::string describe(const Promotion& promotion) {
  std::vector<std::string> names;
  for (const auto* list : {&promotion.fixed, &promotion.moving})
    for (const ImageName& name : *list) names.push_back(name.text());
  return fmt::format("promote {} to {}, by its digest", promotion.image.source.text(),
                     join(names, ", "));
}

Result<docker::RegistryLogins> logins_for(const PromotionSettings& settings,
                                          const StageContext& context) {
  docker::RegistryLogins logins = docker::logins_of_docker(context.env);
  for (const docker::Login& login : settings.logins) {
    const auto password = context.secrets.find(login.password);
    if (password == context.secrets.end())
      return fail(Fault::usage, fmt::format("secret {} is not there", login.password),
                  fmt::format("it is the password for {}", login.registry));
    logins[login.registry] = {TRY(login.username.evaluate(context.scope)), password->second};
  }
  return logins;
}

/// A name that the version has already is as good as the one that was tested: later tries may not
/// know that any more.
Result<std::optional<docker::Manifest>> Promoter::find_image() {
  const TestedImage& image = promotion_.image;
  if (!image.digest.empty()) {
    if (auto found = TRY(client_.find(image.source))) return found;
    auto given = TRY(client_.find(promotion_.fixed.front()));
    return given && given->digest == image.digest ? given : std::nullopt;
  }
  for (const ImageName& name : image.names)
    if (auto found = TRY(client_.find(name))) return found;
  return client_.find(promotion_.fixed.front());
}

Error Promoter::not_there() const {
  const TestedImage& image = promotion_.image;
  const std::string given =
      fmt::format("or give it the name {} yourself: the next release takes that one",
                  promotion_.fixed.front().text());
  if (!image.digest.empty())
    return {Fault::step,
            fmt::format("{}, on which this release was decided, is not in its registry",
                        image.source.text()),
            "push that very image again: another one was not tested for it"};
  if (image.names.empty())
    return {
        Fault::step,
        fmt::format("which image was tested for {} is not known any more",
                    promotion_.fixed.front().reference),
        "`image` does not name the commit: release the tag itself from a checkout of it, " + given};
  std::vector<std::string> names;
  for (const ImageName& name : image.names) names.push_back(name.text());
  return {Fault::step,
          fmt::format("{} {} in its registry", join(names, ", "),
                      names.size() == 1 ? "is not" : "are not"),
          "an earlier stage has to publish it, " + given};
}

Result<std::string> Promoter::look() {
  auto found = TRY(find_image());
  if (!found) return tl::unexpected(not_there());
  manifest_ = *std::move(found);
  TRY(check_free());
  return manifest_.digest;
}

Result<void> Promoter::check_free() {
  missing_.clear();
  for (const ImageName& name : promotion_.fixed) {
    const auto there = TRY(client_.find(name));
    if (there && there->digest != manifest_.digest)
      return fail(
          Fault::step,
          fmt::format("{} is there already, and is another image: {}", name.text(), there->digest),
          "what is released does not change: release another version");
    if (!there) missing_.push_back(name);
  }
  for (const ImageName& name : promotion_.moving) {
    const auto there = TRY(client_.find(name));
    if (!there || there->digest != manifest_.digest) missing_.push_back(name);
  }
  return {};
}

bool Promoter::has_version() const {
  return std::ranges::none_of(missing_, [&](const ImageName& name) {
    return std::ranges::find(promotion_.fixed, name.text(), &ImageName::text) !=
           promotion_.fixed.end();
  });
}

Result<int> Promoter::promote() {
  ImageName source = promotion_.image.source;
  source.reference = manifest_.digest;
  int given = 0;
  for (const ImageName& name : missing_) {
    TRY(client_.name(source, manifest_, name));
    ++given;
  }
  return given;
}

}  // namespace pipectl::releasing
