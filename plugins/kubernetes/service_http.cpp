#include "plugins/kubernetes/service_http.hpp"

#include <fmt/format.h>

#include "core/api/capture_output.hpp"
#include "core/base/text.hpp"

namespace pipectl::plugins::kubernetes {
namespace {

constexpr Milliseconds start_limit{20'000};
constexpr Milliseconds moment{50};

/// `http://app:80/ready?x` in its parts.
struct ServiceUrl {
  std::string host;
  std::string port;
  std::string rest;  ///< path and query
};

std::optional<ServiceUrl> parse_url(std::string_view url) {
  constexpr std::string_view scheme = "http://";
  if (!url.starts_with(scheme)) return std::nullopt;
  url.remove_prefix(scheme.size());
  const auto end = url.find_first_of("/?#");
  const std::string_view where = url.substr(0, end);
  ServiceUrl parts;
  parts.rest = end == std::string_view::npos ? "/" : std::string{url.substr(end)};
  if (!parts.rest.starts_with('/')) parts.rest.insert(0, "/");
  const auto colon = where.rfind(':');
  parts.host = where.substr(0, colon);
  parts.port = colon == std::string_view::npos ? "80" : std::string{where.substr(colon + 1)};
  return parts;
}

/// A name as Services have them; `localhost` and what has dots is never one.
bool may_be_service(const std::string& host) {
  return !host.empty() && host != "localhost" && host.size() <= 63 &&
         host.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
}

}  // namespace

struct ServiceHttp::Proxy {
  CaptureOutput output{std::size_t{1} << 16U};
  std::unique_ptr<Process> process;
  std::string base;  ///< `http://127.0.0.1:41234/api/v1/namespaces/NS/services/`
};

ServiceHttp::ServiceHttp(const Kubectl& kubectl)
    : kubectl_(kubectl), next_(kubectl.context().http) {}
ServiceHttp::~ServiceHttp() = default;

Result<HttpResponse> ServiceHttp::send(const HttpRequest& request, const CancelToken& cancel) {
  const auto url = parse_url(request.url);
  if (!url || !may_be_service(url->host)) return next_.send(request, cancel);
  if (!TRY(is_service(url->host))) return next_.send(request, cancel);
  HttpRequest proxied = request;
  proxied.url = fmt::format("{}{}:{}/proxy{}", TRY(base()), url->host, url->port, url->rest);
  auto answer = next_.send(proxied, cancel);
  // What the proxy has to say on its standard error must not fill its pipe.
  proxy_->process->wait(kubectl_.context().clock.steady(), cancel);
  if (!answer && answer.error().fault == Fault::infrastructure) answer.error().fault = Fault::step;
  return answer;
}

Result<bool> ServiceHttp::is_service(const std::string& name) {
  const auto known = known_.find(name);
  if (known != known_.end()) return known->second;
  const std::string found =
      TRY(kubectl_.run({.argv = {"get", "service", name, "--ignore-not-found", "--output=name"},
                        .work = {Lifetime::cleanup, {}}}));
  return known_[name] = !found.empty();
}

Result<std::string> ServiceHttp::base() {
  if (proxy_) return proxy_->base;
  StageContext& context = kubectl_.context();
  std::string name_space = kubectl_.access().name_space;
  if (name_space.empty())
    name_space = TRY(
        kubectl_.run({.argv = {"config", "view", "--minify", "--output=jsonpath={..namespace}"}}));
  if (name_space.empty()) name_space = "default";
  const std::string path = fmt::format("/api/v1/namespaces/{}/services/", name_space);
  auto proxy = std::make_unique<Proxy>();
  const Command command{
      kubectl_.argv(
          {.argv = {"proxy", "--port=0", "--address=127.0.0.1", R"(--accept-hosts=^127\.0\.0\.1$)",
                    fmt::format("--accept-paths=^{}[^/]+/proxy/", path)},
           .waits = true}),
      context.env, context.directory, std::nullopt};
  proxy->process = TRY(context.executor.start(command, proxy->output));
  context.emit.spawned(proxy->process->id());
  const SteadyTime end = context.clock.steady() + start_limit;
  constexpr std::string_view sign = "Starting to serve on ";
  while (proxy->output.out().find('\n') == std::string::npos) {
    const SteadyTime now = context.clock.steady();
    const Waited waited = proxy->process->wait(now + moment, context.cleanup);
    if (waited == Waited::exited || waited == Waited::cancelled || now >= end)
      return fail(Fault::infrastructure, fmt::format("kubectl proxy did not start: {}",
                                                     printable(proxy->output.last_line())));
  }
  const std::string& said = proxy->output.out();
  const std::string_view line = trim(std::string_view{said}.substr(0, said.find('\n')));
  if (!line.starts_with(sign))
    return fail(Fault::infrastructure, fmt::format("kubectl proxy said '{}'", printable(line)));
  proxy->base = fmt::format("http://{}{}", line.substr(sign.size()), path);
  proxy_ = std::move(proxy);
  return proxy_->base;
}

}  // namespace pipectl::plugins::kubernetes
