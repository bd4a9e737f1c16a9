#include "plugins/docker/explain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <span>

#include "core/base/text.hpp"

namespace pipectl::docker {
namespace {

struct Cause {
  std::string_view sign;     ///< in what docker said, lower case
  std::string_view message;  ///< empty: docker's own words
  std::string_view hint;
  Fault fault{Fault::infrastructure};
};

constexpr std::string_view start_engine =
    "start it (`systemctl start docker`), or point DOCKER_HOST at one that runs";
constexpr std::string_view may_not =
    "this user may not use the engine: add it to the group `docker`, or use a rootless engine";
constexpr std::string_view log_in =
    "log in to its registry with `docker login`, and check the name";
constexpr std::string_view check_name = "check the image's name and tag";
constexpr std::string_view no_network =
    "the registry cannot be reached; `pull: never` uses what is here";
constexpr std::string_view in_trouble =
    "the registry, or a proxy before it, is in trouble, maybe without room: its log says why; try "
    "again later";
constexpr std::string_view too_often =
    "the registry limits how often it may be asked: log in, or wait";
constexpr std::string_view no_answer =
    "the registry takes too long to answer, or a firewall swallows it: try again later";
constexpr std::string_view broken_off =
    "the connection to the registry broke off: try again later, look at proxies between";

// The first sign that is found decides.
constexpr std::array causes{
    Cause{"permission denied while trying to connect", "", may_not},
    Cause{"dial unix", "", start_engine},
    Cause{"cannot connect to the docker daemon", "no Docker engine answers", start_engine},
    Cause{"error during connect", "", start_engine},
    Cause{"is the docker daemon running", "no Docker engine answers", start_engine},
    Cause{"\"sh\": executable file not found", "the image has no shell `sh`",
          "commands need one: use an image that has it, such as one of `debian` or `alpine`",
          Fault::step},
    Cause{"exec: \"sh\": stat", "the image has no shell `sh`",
          "commands need one: use an image that has it, such as one of `debian` or `alpine`",
          Fault::step},
    Cause{"bind source path does not exist", "",
          "the engine does not see this host's files: containers need an engine on this host"},
    Cause{"toomanyrequests", "", too_often},
    Cause{"too many requests", "", too_often},
    Cause{"http 429", "", too_often},
    Cause{"http status: 507", "", "the registry has no room left: make some there"},
    Cause{"pull access denied", "", log_in},
    Cause{"unauthorized", "", log_in},
    Cause{"no basic auth credentials", "", log_in},
    Cause{"requested access to the resource is denied", "", log_in},
    Cause{"manifest unknown", "", check_name},
    Cause{"manifest for", "", check_name},
    Cause{"no such image", "", check_name},
    Cause{"invalid reference format", "", check_name},
    Cause{"no space left on device", "", "make room: `docker system df` shows what takes it"},
    Cause{"no such host", "", no_network},
    Cause{"connection refused", "", no_network},
    Cause{"network is unreachable", "", no_network},
    Cause{"no route to host", "", no_network},
    Cause{"x509: ", "", "the registry's certificate is not trusted by the engine"},
    Cause{"http status: 5", "", in_trouble},
    Cause{"status code 5", "", in_trouble},
    Cause{"unexpected status: 5", "", in_trouble},
    Cause{"500 internal", "", in_trouble},
    Cause{"502 bad", "", in_trouble},
    Cause{"503 service", "", in_trouble},
    Cause{"504 gateway", "", in_trouble},
    Cause{"unknown: unknown error", "",
          "the registry failed: it may have no room left; its own log says why"},
    Cause{"i/o timeout", "", no_answer},
    Cause{"client.timeout", "", no_answer},
    Cause{"handshake timeout", "", no_answer},
    Cause{"deadline exceeded", "", no_answer},
    Cause{"connection reset", "", broken_off},
    Cause{"broken pipe", "", broken_off},
    Cause{"unexpected eof", "", broken_off},
    Cause{" eof\n", "", broken_off},
};

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

/// Lower case, and so that each word has something before and behind it.
std::string said_in(const Answer& answer) {
  return lower(" " + answer.err + "\n " + answer.out + "\n");
}

bool holds_any(std::string_view said, std::span<const std::string_view> signs) {
  return std::ranges::any_of(
      signs, [&](std::string_view sign) { return said.find(sign) != std::string::npos; });
}

std::string_view without(std::string_view text, std::string_view prefix) {
  return text.starts_with(prefix) ? text.substr(prefix.size()) : text;
}

}  // namespace

std::string last_words(const Answer& answer) {
  std::string_view last;
  for (const auto& text : {std::string_view(answer.err), std::string_view(answer.out)}) {
    for (const auto line : split(text, '\n')) {
      const auto words = trim(line);
      // Docker sends people to its help, and says what it does before it fails.
      if (words.empty() || words.starts_with("See '") || words.starts_with("Run 'docker")) continue;
      last = words;
    }
    if (!last.empty()) break;
  }
  for (const auto* prefix : {"docker: ", "Error response from daemon: ", "Error: "})
    last = without(last, prefix);
  return printable(last.substr(0, 400));
}

Error explain(const Answer& answer, std::string_view what) {
  const std::string said = said_in(answer);
  const std::string words = last_words(answer);
  for (const Cause& cause : causes) {
    if (said.find(cause.sign) == std::string::npos) continue;
    return {cause.fault,
            cause.message.empty() ? fmt::format("{}: {}", what, words) : std::string(cause.message),
            std::string(cause.hint)};
  }
  return {Fault::infrastructure,
          words.empty() ? fmt::format("{} ended with exit code {}", what, answer.exit_code)
                        : fmt::format("{}: {}", what, words),
          ""};
}

bool is_passing(const Answer& answer) noexcept {
  constexpr std::array<std::string_view, 17> signs{"http 429",
                                                   "toomanyrequests",
                                                   "too many requests",
                                                   "500 internal",
                                                   "502 bad",
                                                   "503 service",
                                                   "504 gateway",
                                                   "http status: 5",
                                                   "status code 5",
                                                   "unexpected status: 5",
                                                   "unknown: unknown error",
                                                   "connection reset",
                                                   "unexpected eof",
                                                   " eof\n",
                                                   "broken pipe",
                                                   "blob upload unknown",
                                                   "temporarily unavailable"};
  constexpr std::string_view full = "http status: 507";
  const std::string said = said_in(answer);
  return says_no_answer(answer) || (holds_any(said, signs) && said.find(full) == std::string::npos);
}

bool has_retried(const Answer& answer) noexcept {
  return said_in(answer).find(": retrying in ") != std::string::npos;
}

bool says_no_answer(const Answer& answer) noexcept {
  constexpr std::array<std::string_view, 4> signs{"i/o timeout", "client.timeout",
                                                  "handshake timeout", "deadline exceeded"};
  return holds_any(said_in(answer), signs);
}

}  // namespace pipectl::docker
