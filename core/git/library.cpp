#include "core/git/library.hpp"

#include <array>

#include "core/base/text.hpp"

namespace pipectl::git::lib {
namespace {

int start_once() {
  const int users = git_libgit2_init();
  if (users < 0) return users;
  return git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
}

}  // namespace

Result<void> start() {
  // Never shut down: threads of a run may still hold objects when the process ends.
  static const int outcome = start_once();
  if (outcome < 0) return failed("cannot start libgit2");
  return {};
}

std::string last_message() {
  const git_error* error = git_error_last();
  if (error == nullptr || error->message == nullptr) return "unknown error";
  std::string_view text = trim(error->message);
  while (!text.empty() && text.back() == '.') text.remove_suffix(1);
  return printable(text);
}

tl::unexpected<Error> failed(std::string_view what, std::string hint) {
  return fail(Fault::infrastructure, std::string(what) + ": " + last_message(), std::move(hint));
}

Result<Repository> open(const std::string& path) {
  TRY(start());
  Repository repository;
  if (git_repository_open_ext(Out(repository), path.c_str(), GIT_REPOSITORY_OPEN_NO_SEARCH,
                              nullptr) < 0)
    return failed("cannot open the git repository " + path);
  return repository;
}

std::string to_hex(const git_oid& id) {
  std::array<char, GIT_OID_MAX_HEXSIZE + 1> text{};
  git_oid_tostr(text.data(), text.size(), &id);
  return text.data();
}

}  // namespace pipectl::git::lib
