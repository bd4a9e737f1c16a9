#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/api/secret_provider.hpp"

namespace pipectl::plugins {

/// A program that is asked for a secret. Nothing of a value ever stands in its arguments.
struct Question {
  std::vector<std::string> argv;
  std::filesystem::path directory;
  EnvMap more{};  ///< variables on top of pipectl's own
};

struct Answer {
  ExitStatus status;
  std::string out;
  std::string complaint;  ///< its stderr on one line, without anything that it printed as the value
  [[nodiscard]] bool says(std::string_view words) const {
    return complaint.find(words) != std::string::npos;
  }
};

/// Runs it, at most 30 seconds and within the asker's limits. An error when it could not be
/// started, did not end in time, was interrupted or printed more than a secret can have.
[[nodiscard]] Result<Answer> ask(const SecretProvider::Request& request, const Question& question);

/// The same for a program that a machine may lack: then an optional secret is nothing.
[[nodiscard]] Result<std::optional<Answer>> ask_if_here(const SecretProvider::Request& request,
                                                        const Question& question);

/// `aws failed: exit code 254: …`
[[nodiscard]] tl::unexpected<Error> refused(const SecretProvider::Request& request,
                                            const Question& question, const Answer& answer,
                                            std::string hint = {});

}  // namespace pipectl::plugins
