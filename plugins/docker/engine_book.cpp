#include "plugins/docker/engine_book.hpp"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <system_error>

#include "core/base/files.hpp"
#include "core/base/text.hpp"
#include "core/store/tar_text.hpp"
#include "plugins/docker/deploy_call.hpp"
#include "plugins/docker/explain.hpp"

namespace pipectl::docker {
namespace {

constexpr const char* nothing = "pipectl/nothing:1";
constexpr std::string_view record_label = "dev.pipectl.record";
constexpr std::string_view lock_label = "dev.pipectl.lock";
constexpr std::string_view until_label = "dev.pipectl.lock-until";
constexpr const char* until_file = "/until";
constexpr std::chrono::seconds spare{60};           ///< what a lock lasts beyond the step it is for
constexpr std::chrono::seconds without_limit{300};  ///< of a step that has none

std::string seconds_of(WallTime time) {
  return fmt::format(
      "{}", std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count());
}

WallTime time_of(std::string_view text) {
  long long seconds = 0;
  text = trim(text);
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return WallTime{std::chrono::seconds{seconds}};
}

bool is_taken(const Answer& answer) {
  return answer.err.find("is already in use") != std::string::npos;
}

bool is_absent(const Answer& answer) {
  return answer.err.find("No such container") != std::string::npos;
}

}  // namespace

Result<std::string> empty_image(const Client& client, const Call& call) {
  if (TRY(client.ask({"image", "inspect", nothing}, call)).success()) return std::string{nothing};
  Call with_input = call;
  with_input.input = TRY(store::tar_text({}));
  TRY(client.must({"import", "-", nothing}, with_input));
  return std::string{nothing};
}

Result<std::optional<std::string>> EngineRecord::read(const DeployWork& work) const {
  // One that was interrupted while it was replaced has its new name only.
  for (const std::string& name : {name_, name_ + ".next"}) {
    const auto found =
        TRY(client_.ask({"container", "inspect", "--format",
                         fmt::format("{{{{index .Config.Labels \"{}\"}}}}", record_label), name},
                        deploy_call(context_, work)));
    if (found.success()) return std::string{trim(found.out)};
    if (!is_absent(found)) return tl::unexpected(explain(found, "docker container inspect"));
  }
  return std::nullopt;
}

Result<void> EngineRecord::write(const std::string& text, const std::string& image,
                                 const DeployWork& work) const {
  const Call call = deploy_call(context_, work);
  const auto file = context_.state_dir / (name_ + ".label");
  TRY(write_file_atomically(file, fmt::format("{}={}\n", record_label, text), 0600));
  const std::string next = name_ + ".next";
  TRY(client_.ask({"rm", "--force", next}, call));
  TRY(client_.must(
      {"create", "--name", next, "--label-file", file.string(), "--network", "none", image, "true"},
      call));
  TRY(client_.ask({"rm", "--force", name_}, call));
  TRY(client_.must({"rename", next, name_}, call));
  return {};
}

EngineLock::EngineLock(const Client& client, StageContext& context, const std::string& what)
    : client_(client),
      context_(context),
      name_("pipectl-lock-" + what),
      holder_(context.run_id + "/" + context.stage) {}

EngineLock::~EngineLock() {
  if (id_.empty()) return;
  const auto gone =
      client_.ask({"rm", "--force", id_}, deploy_call(context_, {Lifetime::cleanup, {}}));
  if (!gone) context_.emit.note("the lock stays until it is over: " + gone.error().message);
  std::error_code ignored;
  std::filesystem::remove(file(), ignored);
}

std::string EngineLock::file() const { return (context_.state_dir / name_).string(); }

WallTime EngineLock::end_of(const DeployWork& work) const {
  const auto step =
      work.limit ? std::chrono::ceil<std::chrono::seconds>(work.limit->limit) : without_limit;
  return context_.clock.wall() + step + spare;
}

Result<std::optional<EngineLock::Held>> EngineLock::look(const Call& call) const {
  const auto found = TRY(client_.ask(
      {"container", "inspect", "--format",
       fmt::format(
           "{{{{.Id}}}} {{{{index .Config.Labels \"{}\"}}}} {{{{index .Config.Labels \"{}\"}}}}",
           until_label, lock_label),
       name_},
      call));
  if (!found.success()) {
    if (is_absent(found)) return std::nullopt;
    return tl::unexpected(explain(found, "docker container inspect"));
  }
  const std::string_view line = trim(found.out);
  const auto first = line.find(' ');
  const auto second = line.find(' ', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos)
    return fail(Fault::infrastructure,
                fmt::format("the container {} is no lock of a deployment", name_),
                fmt::format("remove it: `docker rm {}`", name_));
  Held held{std::string{line.substr(0, first)}, std::string{line.substr(second + 1)},
            time_of(line.substr(first + 1, second - first - 1))};
  // What was renewed since lies in it; nothing was, before the second step.
  const auto copied = TRY(client_.ask({"cp", held.id + ":" + until_file, file()}, call));
  if (copied.success()) held.until = std::max(held.until, time_of(TRY(read_file(file()))));
  return held;
}

Result<std::optional<std::string>> EngineLock::make(WallTime until, const Call& call) const {
  const std::string image = TRY(empty_image(client_, call));
  const auto made = TRY(client_.ask(
      {"create", "--name", name_, "--label", fmt::format("{}={}", lock_label, holder_), "--label",
       fmt::format("{}={}", until_label, seconds_of(until)), "--network", "none", image, "true"},
      call));
  if (made.success()) return std::string{trim(made.out)};
  if (is_taken(made)) return std::nullopt;
  return tl::unexpected(explain(made, "docker create"));
}

Result<void> EngineLock::renew(const Held& held, const DeployWork& work) {
  id_ = held.id;
  const WallTime until = end_of(work);
  if (until - held.until < spare / 2) return {};
  TRY(write_file_atomically(file(), seconds_of(until), 0600));
  // By its id: one that was taken from us meanwhile is another one.
  const auto copied =
      TRY(client_.ask({"cp", file(), id_ + ":" + until_file}, deploy_call(context_, work)));
  if (copied.success()) return {};
  if (is_absent(copied)) return lose("");
  return tl::unexpected(explain(copied, "docker cp"));
}

tl::unexpected<Error> EngineLock::lose(const std::string& by) {
  lost_ = true;
  return fail(Fault::infrastructure,
              fmt::format("the lock '{}' was lost: {}", name_,
                          by.empty() ? "its container is gone, another run may have deployed here"
                                     : fmt::format("run {} is deploying here", printable(by))),
              "nothing more is changed by this run: look at what runs now");
}

Result<void> EngineLock::hold(const DeployWork& work, Force force) {
  constexpr int tries = 5;  // another one may take it between our look and our hand
  const Call call = deploy_call(context_, work);
  for (int i = 0; i < tries; ++i) {
    const auto held = TRY(look(call));
    const bool ours = held && held->by == holder_;
    if (lost_ || (!id_.empty() && !ours)) return lose(held && !ours ? held->by : "");
    if (!held) {
      const auto made = TRY(make(end_of(work), call));
      if (!made) continue;
      id_ = *made;
      return {};
    }
    if (ours) return renew(*held, work);
    if (held->until > context_.clock.wall() && force == Force::no)
      return fail(Fault::infrastructure,
                  fmt::format("run {} is deploying here; its lock ends at {}", printable(held->by),
                              iso8601(held->until)),
                  "wait for it, resume it with `pipectl run --resume`, or undo it with `pipectl "
                  "rollback`");
    TRY(client_.ask({"rm", "--force", held->id}, call));
    taken_from_ = held->by;
  }
  return fail(Fault::infrastructure,
              fmt::format("the container {} changes too often to be taken as a lock", name_));
}

}  // namespace pipectl::docker
