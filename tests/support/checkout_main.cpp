// Drives core/git for the tests with real servers and prints what came of it as one JSON object:
//   checkout --url URL --destination DIR [--ref R] [--depth N] [--submodules] [--mirror DIR]
//            [--silence MILLISECONDS]
//   checkout --export REPOSITORY --destination DIR [--ref R]
// The secret comes from CHECKOUT_SECRET. A line on standard input cancels.

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "core/git/checkout.hpp"

namespace {

using namespace pipectl;

std::map<std::string, std::string> read_options(int argc, char** argv) {
  std::map<std::string, std::string> options;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--submodules" || i + 1 == argc)
      options[name] = "yes";
    else
      options[name] = argv[++i];
  }
  return options;
}

git::CheckoutRequest make_request(std::map<std::string, std::string>& options) {
  git::CheckoutRequest request;
  request.url = options["--url"];
  request.ref = options["--ref"];
  if (!options["--depth"].empty())
    request.depth = static_cast<unsigned>(std::stoul(options["--depth"]));
  request.submodules = options.contains("--submodules");
  request.destination = options["--destination"];
  request.mirror_dir = options["--mirror"];
  request.environment = host_environment();
  if (const char* secret = std::getenv("CHECKOUT_SECRET")) request.secret = secret;
  request.environment.erase("CHECKOUT_SECRET");
  if (!options["--silence"].empty())
    request.silence = Milliseconds(std::stol(options["--silence"]));
  return request;
}

void print(const Result<GitInfo>& info, const nlohmann::json& phases) {
  nlohmann::json out{{"ok", info.has_value()}, {"phases", phases}};
  if (info) {
    out["sha"] = info->sha;
    out["branch"] = info->branch;
    out["tag"] = info->tag;
    out["author"] = info->author;
    out["message"] = info->message;
    out["remote"] = info->remote;
  } else {
    out["fault"] = static_cast<int>(info.error().fault);
    out["message"] = info.error().message;
    out["hint"] = info.error().hint;
  }
  std::cout << out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // as the real binary has it
  auto options = read_options(argc, argv);
  CancelSource source;
  std::thread([&source] {
    char byte = 0;
    if (read(STDIN_FILENO, &byte, 1) == 1) source.cancel(CancelReason::user);
  }).detach();
  nlohmann::json phases = nlohmann::json::object();
  const auto progress = [&](const git::Progress& now) {
    phases[now.phase] = {{"done", now.done}, {"total", now.total}, {"bytes", now.bytes}};
  };
  const auto info = options.contains("--export")
                        ? git::export_commit(options["--export"], options["--ref"],
                                             options["--destination"], source.token())
                        : git::checkout(make_request(options), progress, source.token());
  print(info, phases);
  // The reading thread still refers to `source`.
  std::_Exit(info ? 0 : 1);
}
