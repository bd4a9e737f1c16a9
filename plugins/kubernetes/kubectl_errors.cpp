#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/base/text.hpp"
#include "plugins/kubernetes/kubectl.hpp"

namespace pipectl::plugins::kubernetes {
namespace {

enum class Trouble { passing, lasting };

struct Sign {
  std::string_view text;
  Trouble trouble;
  std::string_view hint;
};

constexpr std::string_view reach = "is the cluster there? `kubectl cluster-info` asks it";
constexpr std::string_view login = "log in again, or choose another `context` or `kubeconfig`";
constexpr std::string_view set_up =
    "name a `kubeconfig` and a `context`, or set KUBECONFIG; `kubectl config get-contexts` lists "
    "them";
constexpr std::string_view busy =
    "the API server is in trouble; the deploy may be tried again later";

/// In kubectl's own words; what is none of these is about what we sent.
constexpr std::array signs{
    Sign{"Unauthorized", Trouble::lasting, login},
    Sign{"You must be logged in", Trouble::lasting, login},
    Sign{"provide credentials", Trouble::lasting, login},
    Sign{"(Forbidden)", Trouble::lasting, "the user of this context lacks a right that it names"},
    Sign{"context was not found", Trouble::lasting, set_up},
    Sign{"error: context ", Trouble::lasting, set_up},
    Sign{"no configuration has been provided", Trouble::lasting, set_up},
    Sign{"invalid configuration", Trouble::lasting, set_up},
    Sign{"localhost:8080", Trouble::lasting, set_up},
    Sign{"certificate", Trouble::lasting,
         "the cluster's certificate is not trusted by the kubeconfig"},
    Sign{"no such host", Trouble::lasting, reach},
    Sign{"(TooManyRequests)", Trouble::passing, busy},
    Sign{"too many requests", Trouble::passing, busy},
    Sign{"(InternalError)", Trouble::passing, busy},
    Sign{"(ServiceUnavailable)", Trouble::passing, busy},
    Sign{"unable to handle the request", Trouble::passing, busy},
    Sign{"(Timeout)", Trouble::passing, busy},
    Sign{"connection refused", Trouble::passing, reach},
    Sign{"was refused", Trouble::passing, reach},
    Sign{"connection reset", Trouble::passing, reach},
    Sign{"Unable to connect to the server", Trouble::passing, reach},
    Sign{"Client.Timeout", Trouble::passing, reach},
    Sign{"deadline exceeded", Trouble::passing, reach},
    Sign{"i/o timeout", Trouble::passing, reach},
    Sign{"handshake timeout", Trouble::passing, reach},
    Sign{"unexpected EOF", Trouble::passing, reach},
    Sign{"http2: ", Trouble::passing, reach},
};

const Sign* sign_in(std::string_view text) {
  const auto* const found = std::ranges::find_if(
      signs, [text](const Sign& sign) { return text.find(sign.text) != std::string_view::npos; });
  return found == signs.end() ? nullptr : &*found;
}

/// The lines that say it; kubectl's own log lines before them do not.
std::string gist(std::string_view complaint) {
  std::vector<std::string> lines;
  for (const std::string_view each : split(complaint, '\n')) {
    const std::string_view line = trim(each);
    const bool log = line.size() > 5 && (line[0] == 'E' || line[0] == 'W' || line[0] == 'I') &&
                     line.substr(1, 4).find_first_not_of("0123456789") == std::string_view::npos;
    if (!line.empty() && !log) lines.emplace_back(line);
  }
  constexpr std::size_t most = 3;
  if (lines.size() > most) lines.erase(lines.begin(), lines.end() - most);
  return printable(join(lines, "; "));
}

}  // namespace

Error explain(std::string_view verb, std::string_view complaint) {
  const std::string text = gist(complaint);
  const Sign* const sign = sign_in(complaint);
  return {sign == nullptr ? Fault::step : Fault::infrastructure,
          fmt::format("kubectl {}: {}", verb, text.empty() ? "failed without a word" : text),
          std::string{sign == nullptr ? "" : sign->hint}};
}

bool is_passing(const Error& error) {
  if (error.fault != Fault::infrastructure) return false;
  const Sign* const sign = sign_in(error.message);
  return sign != nullptr && sign->trouble == Trouble::passing;
}

bool says_exists(const Error& error) {
  return error.message.find("AlreadyExists") != std::string::npos;
}
bool says_conflict(const Error& error) {
  return error.message.find("(Conflict)") != std::string::npos;
}
bool says_not_found(const Error& error) {
  return error.message.find("(NotFound)") != std::string::npos;
}

}  // namespace pipectl::plugins::kubernetes
