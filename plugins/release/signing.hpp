#pragma once

#include <string>

#include "core/git/make_objects.hpp"
#include "plugins/release/plan.hpp"

namespace pipectl::releasing {

/// How git is configured to sign here: `commit.gpgSign`, `tag.gpgSign`,
/// `tag.forceSignAnnotated`, `gpg.format`,
/// `user.signingKey` and the programs.
struct Signing {
  bool commits{false};
  bool tags{false};
  enum class Format { openpgp, x509, ssh } format{Format::openpgp};
  std::string program;
  std::string key;  ///< empty: chosen by the program by who commits
};

/// Fault::usage for a configuration that pipectl cannot follow: nothing is left unsigned in
/// silence.
[[nodiscard]] Result<Signing> read_signing(const std::filesystem::path& root,
                                           const EnvMap& environment);

/// Who commits: GIT_COMMITTER_NAME and _EMAIL, else `user.name` and `user.email`.
[[nodiscard]] Result<git::Person> read_person(const std::filesystem::path& root,
                                              const EnvMap& environment, WallTime now);

/// Calls the signing program. The stage's context outlives it.
[[nodiscard]] git::Signer make_signer(const Signing& signing, const git::Person& who,
                                      StageContext& context);

}  // namespace pipectl::releasing
