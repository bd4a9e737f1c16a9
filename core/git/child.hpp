#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "core/base/env.hpp"
#include "core/base/result.hpp"
#include "core/base/unique_fd.hpp"

namespace pipectl::git {

/// A helper program of a transfer (`ssh`, `git credential`): standard input and output are one
/// socket, standard error another. It runs in a process group of its own, which is killed when this
/// goes: such a program has nothing to clean up.
class Child {
 public:
  /// `arguments[0]` is looked up in PATH. Nothing is handed to a shell.
  [[nodiscard]] static Result<Child> start(const std::vector<std::string>& arguments,
                                           const EnvMap& environment);
  ~Child();
  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] int io() const noexcept { return io_.get(); }
  [[nodiscard]] int errors() const noexcept { return errors_.get(); }

 private:
  Child(pid_t pid, UniqueFd io, UniqueFd errors)
      : pid_(pid), io_(std::move(io)), errors_(std::move(errors)) {}

  pid_t pid_;
  UniqueFd io_;
  UniqueFd errors_;
};

/// Whether a program of this name is in PATH.
[[nodiscard]] bool is_installed(const std::string& program, const EnvMap& environment);

}  // namespace pipectl::git
