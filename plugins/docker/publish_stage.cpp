#include <fmt/format.h>

#include <fstream>
#include <set>

#include "core/api/run_command.hpp"
#include "core/base/text.hpp"
#include "plugins/docker/build_spec.hpp"
#include "plugins/docker/client_config.hpp"
#include "plugins/docker/docker.hpp"
#include "plugins/docker/engine.hpp"
#include "plugins/docker/explain.hpp"
#include "plugins/docker/names.hpp"
#include "plugins/docker/patience.hpp"
#include "plugins/docker/publish_spec.hpp"
#include "plugins/docker/push.hpp"

namespace pipectl::docker {
namespace {

/// The environment of docker itself: a granted secret is for the login alone.
EnvMap without_secrets(EnvMap env, const EnvMap& secrets) {
  for (const auto& [name, value] : secrets) env.erase(name);
  return env;
}

class Publication {
 public:
  Publication(const PublishSpec& spec, const ClientConfig& config, StageContext& context)
      : spec_(spec),
        context_(context),
        client_(
            Client(context.executor, without_secrets(context.env, context.secrets), &context.emit)
                .with_env("DOCKER_CONFIG", config.folder().string())),
        pusher_(client_, context) {}

  Result<Outcome> run() {
    TRY(ask_engine(client_, within_stage(context_)));
    image_ = TRY(spec_.image.evaluate(context_.scope));
    const auto repositories = TRY(evaluate_all(spec_.to, context_.scope));
    const auto tags = TRY(evaluate_all(spec_.tags, context_.scope));
    for (const Login& login : spec_.logins) TRY(log_in(login));
    for (const auto& repository : repositories)
      for (const auto& tag : tags) TRY(publish(fmt::format("{}:{}", repository, tag)));
    TRY(write_outputs());
    Outcome outcome;
    outcome.exit_code = 0;
    outcome.summary = fmt::format("{} name{} {}", names_.size(), names_.size() == 1 ? "" : "s",
                                  digest_.substr(0, 19));
    return outcome;
  }

 private:
  Result<void> log_in(const Login& login) {
    const std::string user = TRY(login.username.evaluate(context_.scope));
    const auto password = context_.secrets.find(login.password);
    if (password == context_.secrets.end())
      return fail(Fault::usage, fmt::format("secret {} is not there", login.password),
                  fmt::format("it is the password for {}", login.registry));
    Call call = within_stage(context_);
    call.input = password->second;
    TRY(ask_patiently(client_, context_,
                      {"login", "--username", user, "--password-stdin", login.registry}, call,
                      fmt::format("cannot log in to {} as {}", login.registry, user)));
    return {};
  }

  Result<void> publish(const std::string& name) {
    if (!is_image_name(name))
      return fail(Fault::step, fmt::format("'{}' is no name of an image", printable(name)));
    if (spec_.platforms.size() < 2) {
      digest_ = TRY(tag_and_push(image_, name));
    } else {
      digest_ = TRY(publish_list(name));
    }
    names_.push_back(name);
    context_.emit.note(fmt::format("published {}@{}", name, digest_));
    return context_.emit.remember("published." + name, digest_);
  }

  Result<std::string> publish_list(const std::string& name) {
    std::vector<Pusher::Member> members;
    for (const auto& platform : spec_.platforms) {
      const std::string member = tag_for(name, platform);
      std::string digest = TRY(tag_and_push(tag_for(image_, platform), member));
      members.push_back({member, platform, std::move(digest)});
    }
    return pusher_.push_list(name, members);
  }

  Result<std::string> tag_and_push(const std::string& source, const std::string& name) {
    const Answer tagged = TRY(client_.ask({"tag", source, name}, {.cancel = context_.cancel}));
    if (!tagged.success())
      return tl::unexpected(explain(tagged, fmt::format("cannot name {} {}", source, name)));
    return pusher_.push(name);
  }

  Result<void> write_outputs() {
    std::ofstream file{context_.output_file, std::ios::app};
    file << "image=" << names_.front() << '\n' << "digest=" << digest_ << '\n';
    file.flush();
    if (file) return {};
    return fail(Fault::infrastructure,
                fmt::format("cannot write {}", context_.output_file.string()));
  }

  const PublishSpec& spec_;
  StageContext& context_;
  Client client_;
  Pusher pusher_;
  std::string image_;
  std::string digest_;
  std::vector<std::string> names_;
};

class PublishStage final : public StageRunner {
 public:
  explicit PublishStage(PublishSpec spec) : spec_(std::move(spec)) {}

  [[nodiscard]] std::vector<std::string> preview(const expr::Scope& scope) const override {
    std::vector<std::string> lines;
    for (const auto& repository : spec_.to)
      for (const auto& tag : spec_.tags)
        lines.push_back(
            fmt::format("docker push {}:{}", shown(repository, scope), shown(tag, scope)));
    return lines;
  }

  Outcome run(StageContext& context) const override {
    const auto folder =
        context.state_dir / (place_name("login", context.stage, context.attempt) + ".d");
    const auto config = ClientConfig::make(folder, context.env);
    if (!config) return outcome_of(config.error());
    auto outcome = Publication{spec_, **config, context}.run();
    return outcome ? *std::move(outcome) : outcome_of(outcome.error());
  }

  [[nodiscard]] std::vector<Requirement> programs() const override {
    return {{"docker", Presence::required}};
  }

 private:
  PublishSpec spec_;
};

class PublishMethod final : public StageMethod {
 public:
  [[nodiscard]] std::string_view kind() const noexcept override { return "publish"; }
  [[nodiscard]] KeyDoc key() const override {
    return {"docker", publish_schema,
            "Pushes an image: `image`, `to`, `tags`, `login`, `platforms`"};
  }
  [[nodiscard]] std::unique_ptr<StageRunner> parse(yaml::Node value,
                                                   const ParseContext& context) const override {
    if (!runs_on_host(value, context)) return nullptr;
    auto spec = parse_publish(value, context);
    return spec ? std::make_unique<PublishStage>(*std::move(spec)) : nullptr;
  }
};

}  // namespace

std::unique_ptr<StageMethod> make_publish_method() { return std::make_unique<PublishMethod>(); }

}  // namespace pipectl::docker
