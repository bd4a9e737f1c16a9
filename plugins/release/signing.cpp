#include "plugins/release/signing.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "core/api/capture_output.hpp"
#include "core/api/run_command.hpp"
#include "core/base/files.hpp"
#include "core/base/text.hpp"

namespace pipectl::releasing {
namespace {

constexpr std::size_t longest_signature = 64 << 10;
constexpr std::string_view literal_key = "key::";

/// Values of git's configuration, as texts.
class Configuration {
 public:
  Configuration(const std::filesystem::path& root, const EnvMap& environment)
      : root_(root), environment_(environment) {}

  Result<std::string> text(const std::string& name) const {
    return TRY(git::config_value(root_, name, environment_)).value_or("");
  }
  Result<bool> truth(const std::string& name) const {
    return git::config_truth(root_, name, environment_);
  }

 private:
  const std::filesystem::path& root_;
  const EnvMap& environment_;
};

std::string variable(const EnvMap& environment, const char* name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string{} : found->second;
}

Result<void> read_format(const Configuration& configuration, Signing& signing) {
  const std::string format = TRY(configuration.text("gpg.format"));
  std::string section = "gpg.openpgp.program";
  signing.program = "gpg";
  if (format == "ssh") {
    signing.format = Signing::Format::ssh;
    signing.program = "ssh-keygen";
    section = "gpg.ssh.program";
  } else if (format == "x509") {
    signing.format = Signing::Format::x509;
    signing.program = "gpgsm";
    section = "gpg.x509.program";
  } else if (!format.empty() && format != "openpgp") {
    return fail(Fault::usage, "git is to sign in the format '" + printable(format) + "'",
                "gpg.format can be openpgp, x509 or ssh");
  }
  std::string program = TRY(configuration.text(section));
  if (program.empty() && signing.format == Signing::Format::openpgp)
    program = TRY(configuration.text("gpg.program"));
  if (!program.empty()) signing.program = program;
  return {};
}

struct SshKey {
  std::string file;
  bool literal{false};  ///< the configuration holds the public key itself: the agent has the other
};

/// A file that ssh-keygen can read: the configured one, or the configured key itself.
Result<SshKey> ssh_key(const Signing& signing, const StageContext& context) {
  std::string key = signing.key;
  if (key.starts_with(literal_key)) key = key.substr(literal_key.size());
  if (key.starts_with("ssh-") || key.starts_with("ecdsa-") || key.starts_with("sk-")) {
    const auto file = context.state_dir / "release-signing-key.pub";
    TRY(write_file_atomically(file, key + "\n", 0600));
    return SshKey{file.string(), true};
  }
  if (key.starts_with("~/")) key = variable(context.env, "HOME") + key.substr(1);
  return SshKey{std::move(key), false};
}

Result<std::vector<std::string>> command_for(const Signing& signing, const git::Person& who,
                                             const StageContext& context) {
  if (signing.format != Signing::Format::ssh) {
    const std::string key =
        signing.key.empty() ? fmt::format("{} <{}>", who.name, who.email) : signing.key;
    return std::vector<std::string>{signing.program, "--status-fd=2", "-bsau", key};
  }
  const SshKey key = TRY(ssh_key(signing, context));
  std::vector<std::string> command{signing.program, "-Y", "sign", "-n", "git", "-f", key.file};
  if (key.literal) command.emplace_back("-U");
  return command;
}

Result<std::string> sign(const Signing& signing, const git::Person& who, StageContext& context,
                         const std::string& text) {
  CaptureOutput output{longest_signature};
  StageCommand command;
  command.argv = TRY(command_for(signing, who, context));
  command.output = &output;
  command.input = text;
  const CommandEnd end = TRY(run_command(context, command));
  if (end.cancelled != CancelReason::none) return fail(Fault::cancelled, describe(end.cancelled));
  if (end.success() && output.out().starts_with("-----BEGIN ")) return output.out();
  return fail(Fault::step,
              fmt::format("{} did not sign: {}", signing.program, printable(output.last_line())),
              "git is configured to sign here; check user.signingKey, or switch tag.gpgSign and "
              "commit.gpgSign off");
}

}  // namespace

Result<Signing> read_signing(const std::filesystem::path& root, const EnvMap& environment) {
  const Configuration configuration{root, environment};
  Signing signing;
  signing.commits = TRY(configuration.truth("commit.gpgsign"));
  // A release's tag is annotated, as that of `git tag -m`.
  const bool tags = TRY(configuration.truth("tag.gpgsign"));
  signing.tags = TRY(configuration.truth("tag.forcesignannotated")) || tags;
  if (!signing.commits && !signing.tags) return signing;
  TRY(read_format(configuration, signing));
  signing.key = TRY(configuration.text("user.signingkey"));
  if (signing.format == Signing::Format::ssh && signing.key.empty())
    return fail(Fault::usage, "git is to sign with an ssh key, and user.signingKey names none",
                "set user.signingKey; gpg.ssh.defaultKeyCommand is not followed");
  return signing;
}

Result<git::Person> read_person(const std::filesystem::path& root, const EnvMap& environment,
                                WallTime now) {
  const Configuration configuration{root, environment};
  git::Person who{variable(environment, "GIT_COMMITTER_NAME"),
                  variable(environment, "GIT_COMMITTER_EMAIL"), 0};
  if (who.name.empty()) who.name = TRY(configuration.text("user.name"));
  if (who.email.empty()) who.email = TRY(configuration.text("user.email"));
  if (who.email.empty()) who.email = variable(environment, "EMAIL");
  if (who.name.empty() || who.email.empty())
    return fail(Fault::usage, "git does not know who commits here",
                "set user.name and user.email, or GIT_COMMITTER_NAME and GIT_COMMITTER_EMAIL in "
                "`env` of the stage");
  who.seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  return who;
}

git::Signer make_signer(const Signing& signing, const git::Person& who, StageContext& context) {
  return [signing, who, &context](const std::string& text) {
    return sign(signing, who, context, text);
  };
}

}  // namespace pipectl::releasing
