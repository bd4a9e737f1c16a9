#include "plugins/docker/oci_labels.hpp"

#include <fmt/format.h>

#include <charconv>

#include "core/base/text.hpp"

namespace pipectl::docker {
namespace {

std::string value_of(const EnvMap& env, std::string_view name) {
  const auto found = env.find(name);
  return found == env.end() ? std::string() : found->second;
}

Result<WallTime> created_at(const EnvMap& env, WallTime now) {
  const std::string epoch = value_of(env, "SOURCE_DATE_EPOCH");
  if (epoch.empty()) return now;
  long long seconds = 0;
  const auto [end, error] = std::from_chars(epoch.data(), epoch.data() + epoch.size(), seconds);
  constexpr long long year_9999 = 253'402'300'799;
  if (error != std::errc{} || end != epoch.data() + epoch.size() || seconds < 0 ||
      seconds > year_9999)
    return fail(Fault::step, fmt::format("SOURCE_DATE_EPOCH is '{}'", printable(epoch)),
                "it must be a number of seconds since 1970");
  return WallTime{std::chrono::seconds{seconds}};
}

/// RFC 3339 without fractions.
std::string rfc3339(WallTime time) {
  std::string text = iso8601(time);
  const std::size_t dot = text.find('.');
  return dot == std::string::npos ? text : text.substr(0, dot) + "Z";
}

}  // namespace

Result<std::vector<std::pair<std::string, std::string>>> oci_labels(const EnvMap& env,
                                                                    WallTime now) {
  std::vector<std::pair<std::string, std::string>> labels;
  const auto add = [&](const char* name, std::string value) {
    if (!value.empty())
      labels.emplace_back(fmt::format("org.opencontainers.image.{}", name), std::move(value));
  };
  add("revision", value_of(env, "PIPECTL_GIT_SHA"));
  add("source", value_of(env, "PIPECTL_GIT_REMOTE"));
  add("created", rfc3339(TRY(created_at(env, now))));
  return labels;
}

}  // namespace pipectl::docker
