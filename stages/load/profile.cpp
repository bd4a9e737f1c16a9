#include "stages/load/profile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "core/base/text.hpp"
#include "stages/template_key.hpp"

namespace pipectl::stages::load {
namespace {

constexpr double highest_rate = 1'000'000;
constexpr long most_users = 10'000;
constexpr Milliseconds longest_load{24LL * 60 * 60 * 1000};

/// `50/s`, `300/min`, `50`: arrivals each second.
Result<double> parse_rate(std::string_view text) {
  double per = 1;
  std::string_view rest = text;
  if (rest.ends_with("/s")) rest.remove_suffix(2);
  if (rest.ends_with("/min")) {
    rest.remove_suffix(4);
    per = 60;
  }
  const std::string number{trim(rest)};
  char* end = nullptr;
  const double value = std::strtod(number.c_str(), &end);
  const bool whole = end == number.c_str() + number.size() && !number.empty();
  if (whole && value > 0 && value / per <= highest_rate) return value / per;
  return fail(Fault::step, fmt::format("'{}' is no rate", printable(text)),
              "such as 50/s or 300/min");
}

Result<long> parse_users(std::string_view text) {
  long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  if (whole && value >= 1 && value <= most_users) return value;
  return fail(Fault::step, fmt::format("'users' must be between 1 and {}, not '{}'", most_users,
                                       printable(text)));
}

Result<Milliseconds> parse_time(std::string_view text) {
  if (const auto duration = parse_duration(text)) return *duration;
  return fail(Fault::step, fmt::format("'{}' is no duration", printable(text)),
              "write 90s, 15m or 1h30m");
}

Result<Milliseconds> parse_length(std::string_view text) {
  const auto duration = TRY(parse_time(text));
  if (duration.count() > 0 && duration <= longest_load) return duration;
  return fail(Fault::step, "`duration` must be longer than nothing, and a day at most");
}

Seconds seconds(Milliseconds duration) { return std::chrono::duration<double>(duration).count(); }

class ProfileReader {
 public:
  ProfileReader(yaml::Reader& reader, const ParseContext& context)
      : reader_(reader), context_(context) {}

  /// `rate` and `duration`, `stages` of them, or `users` and `duration`.
  ProfileSpec read() {
    ProfileSpec profile;
    profile.warmup = value("warmup", reader_, parse_time);
    const auto rate = value("rate", reader_, parse_rate);
    profile.users = value("users", reader_, parse_users);
    const auto stages = reader_.node("stages");
    const auto given = [this](const char* key) { return reader_.node(key) ? 1 : 0; };
    if (given("rate") + given("users") + given("stages") != 1)
      error(reader_.self().span(),
            fmt::format("{} needs one of `rate`, `users` and `stages`", reader_.what()),
            "rate: 50/s, or users: 10, or stages: [{rate: 10/s, duration: 30s}]");
    if (stages) {
      profile.steps = read_steps(*stages);
      return profile;
    }
    profile.duration = required("duration", reader_, parse_length);
    if (rate && profile.duration) profile.steps.push_back({*rate, *profile.duration});
    return profile;
  }

 private:
  void error(Span where, std::string message, std::string hint = {}) {
    context_.diagnostics.error(where, std::move(message), std::move(hint));
  }

  /// Nothing where it is absent or wrong (reported).
  template <class T>
  std::optional<expr::Template> value(std::string_view key, yaml::Reader& reader,
                                      Result<T> (*parse)(std::string_view)) {
    auto text = read_template(key, reader, context_);
    if (!text || !text->is_literal()) return text;
    const auto parsed = parse(text->text());
    if (parsed) return text;
    error(text->where(), parsed.error().message, parsed.error().hint);
    return std::nullopt;
  }

  template <class T>
  std::optional<expr::Template> required(std::string_view key, yaml::Reader& reader,
                                         Result<T> (*parse)(std::string_view)) {
    auto text = value(key, reader, parse);
    if (!text && !reader.node(key))
      error(reader.self().span(), fmt::format("{} has no `{}`", reader.what(), key));
    return text;
  }

  std::vector<ProfileSpec::Step> read_steps(yaml::Node stages) {
    std::vector<ProfileSpec::Step> steps;
    if (const auto duration = reader_.node("duration"))
      error(duration->span(), "each of `stages` has its own `duration`");
    if (stages.kind() != yaml::Kind::sequence || stages.size() == 0) {
      error(stages.span(), "`stages` must be a list of rates with durations");
      return steps;
    }
    for (const auto& item : stages.items()) {
      yaml::Reader one{item, "one of `stages`", context_.diagnostics};
      auto rate = required("rate", one, parse_rate);
      auto duration = required("duration", one, parse_length);
      one.finish();
      if (rate && duration) steps.push_back({*std::move(rate), *std::move(duration)});
    }
    return steps;
  }

  yaml::Reader& reader_;
  const ParseContext& context_;
};

}  // namespace

ProfileSpec read_profile(yaml::Reader& reader, const ParseContext& context) {
  return ProfileReader{reader, context}.read();
}

/// Each step goes from the rate of the one before to its own; the first holds its own.
Result<Profile> resolve(const ProfileSpec& spec, const expr::Scope& scope) {
  Profile profile;
  if (spec.warmup) profile.warmup = TRY(parse_time(TRY(spec.warmup->evaluate(scope))));
  if (spec.users) {
    profile.users = TRY(parse_users(TRY(spec.users->evaluate(scope))));
    profile.duration = TRY(parse_length(TRY(spec.duration->evaluate(scope))));
    return profile;
  }
  double before = 0;
  for (const auto& step : spec.steps) {
    const double rate = TRY(parse_rate(TRY(step.rate.evaluate(scope))));
    const auto duration = TRY(parse_length(TRY(step.duration.evaluate(scope))));
    profile.phases.push_back({before > 0 ? before : rate, rate, seconds(duration)});
    profile.duration += duration;
    before = rate;
  }
  return profile;
}

std::string describe(const Profile& profile) {
  const std::string length = human_duration(profile.duration);
  if (profile.users > 0)
    return fmt::format("{} user{} for {}", profile.users, profile.users == 1 ? "" : "s", length);
  double most = 0;
  for (const Phase& phase : profile.phases) most = std::max({most, phase.from, phase.to});
  return fmt::format("{}{:g}/s for {}", profile.phases.size() > 1 ? "up to " : "", most, length);
}

std::string describe(const ProfileSpec& spec, const expr::Scope& scope) {
  if (const auto profile = resolve(spec, scope)) return describe(*profile);
  if (spec.users)
    return fmt::format("{} users for {}", shown(*spec.users, scope), shown(*spec.duration, scope));
  if (spec.steps.size() == 1)
    return fmt::format("{} for {}", shown(spec.steps.front().rate, scope),
                       shown(spec.steps.front().duration, scope));
  return fmt::format("{} stages", spec.steps.size());
}

}  // namespace pipectl::stages::load
