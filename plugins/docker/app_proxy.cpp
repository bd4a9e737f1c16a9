#include "plugins/docker/app_proxy.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"
#include "core/store/tar_text.hpp"
#include "plugins/docker/arguments.hpp"
#include "plugins/docker/deploy_call.hpp"
#include "plugins/docker/explain.hpp"

namespace pipectl::docker {
namespace {

constexpr Milliseconds between_proxy_looks{100};

/// What nginx takes as a name of a variable.
std::string variable_of(const std::string& app) {
  std::string name = "pipectl_" + app;
  std::ranges::replace(name, '-', '_');
  return name;
}

}  // namespace

std::string traffic_file(const std::string& app, const Shares& shares, unsigned port) {
  std::string text = fmt::format(
      "# Written by pipectl at each switch: not to be edited.\n"
      "split_clients \"$request_id\" ${} {{\n",
      variable_of(app));
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const bool last = i + 1 == shares.size();
    text += fmt::format("  {} {}:{};\n", last ? "*" : fmt::format("{}%", shares[i].second),
                        shares[i].first, port);
  }
  return text + "}\n";
}

std::string usual_proxy_config(const std::string& app) {
  // The address is looked up as it changes, which nginx does for a variable only.
  constexpr std::string_view text = R"(worker_processes auto;
pid /tmp/nginx.pid;
error_log /dev/stderr warn;
events { worker_connections 4096; }
http {
  access_log off;
  resolver 127.0.0.11 valid=1s ipv6=off;
  include /etc/nginx/pipectl/*.conf;
  map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
  server {
    listen 80;
    client_max_body_size 0;
    location / {
      proxy_pass http://$APP;
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
    }
  }
}
)";
  std::string config{text};
  return config.replace(config.find("APP"), 3, variable_of(app));
}

Result<AppProxy::State> AppProxy::state(const DeployWork& work) const {
  const Answer found =
      TRY(client_.ask({"container", "inspect", "--format", "{{.State.Running}}", settings_.name},
                      deploy_call(context_, work)));
  if (found.success()) return trim(found.out) == "true" ? State::running : State::stopped;
  if (found.err.find("No such container") != std::string::npos) return State::absent;
  return tl::unexpected(explain(found, "docker container inspect"));
}

/// By the titles that nginx gives its processes.
Result<std::vector<AppProxy::Worker>> AppProxy::workers(const DeployWork& work) const {
  const std::string lines =
      TRY(client_.must({"top", settings_.name, "-eo", "pid,args"}, deploy_call(context_, work)));
  std::vector<Worker> found;
  for (const auto line : split(lines, '\n')) {
    const auto title = line.find("nginx: worker process");
    if (title == std::string_view::npos) continue;
    const auto pid = trim(line.substr(0, title));
    found.push_back({std::string{pid.substr(0, pid.find(' '))},
                     line.find("is shutting down", title) != std::string_view::npos});
  }
  return found;
}

Result<void> AppProxy::put_files(const Traffic& traffic, const DeployWork& work) const {
  using store::TarItem;
  std::vector<TarItem> items{{.path = "etc/nginx/", .mode = 0755},
                             {.path = "etc/nginx/pipectl/", .mode = 0755}};
  if (settings_.owner == Owner::we)
    items.push_back({.path = "etc/nginx/nginx.conf", .content = traffic.config});
  items.push_back({.path = fmt::format("etc/nginx/pipectl/{}.conf", app_),
                   .content = traffic_file(app_, traffic.shares, traffic.port)});
  Call call = deploy_call(context_, work);
  call.input = TRY(store::tar_text(items));
  TRY(client_.must({"cp", "-", settings_.name + ":/"}, call));
  return {};
}

Result<void> AppProxy::make(const Traffic& traffic, const DeployWork& work) const {
  if (settings_.owner == Owner::somebody)
    return fail(Fault::step, fmt::format("the proxy's container {} is not there", settings_.name),
                "start it before the deploy, or let `proxy` have an `image`");
  Arguments create{
      "create",    "--name",       settings_.name, "--label", "dev.pipectl.proxy=" + app_,
      "--network", traffic.network};
  for (const std::string& port : settings_.publish)
    create.insert(create.end(), {"--publish", port});
  create.insert(create.end(), {"--entrypoint", "nginx", settings_.image, "-g", "daemon off;"});
  TRY(client_.must(std::move(create), deploy_call(context_, work)));
  return {};
}

Result<void> AppProxy::start(const DeployWork& work) const {
  const Call call = deploy_call(context_, work);
  TRY(client_.must({"start", settings_.name}, call));
  while (true) {
    const auto seen = workers(work);  // of one that has just ended it cannot be told
    if (seen && !seen->empty()) break;
    if (TRY(state(work)) != State::running) {
      const Answer logs = TRY(client_.ask({"logs", "--tail", "5", settings_.name}, call));
      return fail(Fault::step, fmt::format("the proxy does not start: {}", last_words(logs)),
                  fmt::format("docker logs {}", settings_.name));
    }
    if (context_.clock.steady() >= *call.deadline)
      return fail(Fault::step, "the proxy did not start in time");
    if (call.cancel.wait_for(between_proxy_looks))
      return fail(Fault::cancelled, describe(call.cancel.reason()));
  }
  if (settings_.owner == Owner::somebody) return {};
  // Only now: one that cannot start must not try for ever.
  TRY(client_.must({"update", "--restart", "unless-stopped", settings_.name}, call));
  return {};
}

/// The old workers take nothing any more when they leave, or are gone.
Result<void> AppProxy::reload(const DeployWork& work) const {
  const Call call = deploy_call(context_, work);
  const auto before = TRY(workers(work));
  const Answer test = TRY(client_.ask({"exec", settings_.name, "nginx", "-t"}, call));
  if (!test.success()) {
    for (const auto line : split(test.err, '\n'))
      if (line.find("[emerg]") != std::string_view::npos)
        return fail(Fault::step, fmt::format("nginx refuses its configuration: {}", trim(line)));
    return tl::unexpected(explain(test, "nginx -t"));
  }
  TRY(client_.must({"exec", settings_.name, "nginx", "-s", "reload"}, call));
  while (true) {
    const auto now = TRY(workers(work));
    const bool old = std::ranges::any_of(now, [&](const Worker& worker) {
      return !worker.leaving && std::ranges::find(before, worker.pid, &Worker::pid) != before.end();
    });
    if (!old && !now.empty()) return {};
    if (context_.clock.steady() >= *call.deadline)
      return fail(Fault::step, "the proxy was not reloaded in time");
    if (call.cancel.wait_for(between_proxy_looks))
      return fail(Fault::cancelled, describe(call.cancel.reason()));
  }
}

Result<void> AppProxy::send(const Traffic& traffic, const DeployWork& work) const {
  const State now = TRY(state(work));
  if (now == State::absent) TRY(make(traffic, work));
  TRY(put_files(traffic, work));
  return now == State::running ? reload(work) : start(work);
}

Result<void> AppProxy::drain(const DeployWork& work) const {
  if (TRY(state(work)) != State::running) return {};
  const Call call = deploy_call(context_, work);
  const auto end = std::min(*call.deadline, context_.clock.steady() + settings_.drain);
  while (context_.clock.steady() < end) {
    if (std::ranges::none_of(TRY(workers(work)), &Worker::leaving)) return {};
    if (call.cancel.wait_for(between_proxy_looks))
      return fail(Fault::cancelled, describe(call.cancel.reason()));
  }
  context_.emit.note("some requests had no answer when their time was over (`drain`)");
  return {};
}

Result<void> AppProxy::remove(const DeployWork& work) const {
  if (settings_.owner == Owner::somebody) return {};
  TRY(client_.ask({"rm", "--force", "--volumes", settings_.name}, deploy_call(context_, work)));
  return {};
}

}  // namespace pipectl::docker
