#include <fmt/format.h>

#include "core/base/base64.hpp"
#include "core/base/text.hpp"
#include "plugins/kubernetes/kubectl.hpp"
#include "plugins/secrets/ask.hpp"
#include "plugins/secrets/secrets.hpp"
#include "plugins/secrets/settings.hpp"
#include "plugins/secrets/values.hpp"

namespace pipectl::plugins {
namespace {

constexpr Milliseconds first_pause{500};
constexpr Milliseconds longest_pause{4'000};

class KubernetesSecrets final : public SecretProvider {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "kubernetes"; }
  [[nodiscard]] std::string_view summary() const noexcept override {
    return "A key of a Secret in a cluster, by `kubectl`: `secret`, `key`; also `namespace`, "
           "`context`, `kubeconfig`";
  }
  [[nodiscard]] std::string_view type() const noexcept override {
    return R"({"type":"object","properties":{"secret":{"type":"string"},"key":{"type":"string"},)"
           R"("namespace":{"type":"string"},"context":{"type":"string"},)"
           R"("kubeconfig":{"type":"string"}},"required":["secret","key"],)"
           R"("additionalProperties":false})";
  }

  /// `NAMESPACE/SECRET#KEY`, the key, the folder that kubectl runs in, its argument vector.
  [[nodiscard]] std::vector<std::string> parse(yaml::Node value, const std::filesystem::path& base,
                                               Diagnostics& diagnostics) const override {
    yaml::Reader reader(value, "`kubernetes`", diagnostics);
    const auto secret = needed_setting(reader, "secret");
    const auto key = needed_setting(reader, "key");
    const auto name_space = setting(reader, "namespace");
    std::vector<std::string> argv{"kubectl"};
    add_option(argv, "kubeconfig", setting(reader, "kubeconfig"));
    add_option(argv, "context", setting(reader, "context"));
    add_option(argv, "namespace", name_space);
    reader.finish();
    if (secret.empty() || key.empty()) return {};
    const std::string where = name_space.empty() ? "" : name_space + "/";
    std::vector<std::string> arguments{fmt::format("{}{}#{}", where, secret, key), key,
                                       std::filesystem::absolute(base).string()};
    arguments.insert(arguments.end(), argv.begin(), argv.end());
    for (const auto& word :
         {std::string{"get"}, std::string{"secret"}, secret, std::string{"--ignore-not-found"},
          std::string{"--output=json"}, std::string{"--request-timeout=20s"}})
      arguments.push_back(word);
    return arguments;
  }

  Result<std::optional<std::string>> resolve(const Request& request) const override {
    const auto answer = TRY(ask_patiently(request));
    if (!answer || trim(answer->out).empty()) return std::nullopt;
    const auto encoded =
        TRY(field_of(request, answer->out, {"data", request.secret.arguments.at(1)}));
    if (!encoded) return std::nullopt;
    auto value = decode_base64(*encoded);
    if (!value) return source_failed(request, "kubectl gave a value that is no base64");
    if (value->empty()) return std::nullopt;
    return value;
  }

 private:
  /// A moment's trouble of the API server is no reason to fail a deploy.
  static Result<std::optional<Answer>> ask_patiently(const Request& request) {
    const auto& arguments = request.secret.arguments;
    const Question question{{arguments.begin() + 3, arguments.end()}, arguments.at(2)};
    for (Milliseconds pause = first_pause;; pause *= 2) {
      auto answer = TRY(ask_if_here(request, question));
      if (!answer || answer->status.success()) return answer;
      const Error why = kubernetes::explain("get secret", answer->complaint);
      const bool late =
          request.deadline && std::chrono::steady_clock::now() + pause >= *request.deadline;
      if (kubernetes::is_passing(why) && pause <= longest_pause && !late) {
        if (request.cancel.wait_for(pause)) return fail(Fault::cancelled, "interrupted");
        continue;
      }
      return source_failed(request, why.message, why.hint);
    }
  }
};

}  // namespace

std::unique_ptr<SecretProvider> make_kubernetes_secrets() {
  return std::make_unique<KubernetesSecrets>();
}

}  // namespace pipectl::plugins
