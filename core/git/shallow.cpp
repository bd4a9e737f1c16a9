#include "core/git/shallow.hpp"

#include <filesystem>
#include <fstream>

#include "core/base/files.hpp"

namespace pipectl::git {
namespace {

namespace fs = std::filesystem;

fs::path file_of(git_repository* repository) {
  return fs::path(git_repository_commondir(repository)) / "shallow";
}

bool has_all_parents(git_repository* repository, const std::string& hex) {
  git_oid id;
  lib::Commit commit;
  lib::Odb odb;
  if (git_oid_fromstr(&id, hex.c_str()) < 0 || git_repository_odb(lib::Out(odb), repository) < 0)
    return false;
  if (git_commit_lookup(lib::Out(commit), repository, &id) < 0) return false;
  // Of a graft libgit2 shows no parents: ask the commit as it is stored.
  const std::string_view header = git_commit_raw_header(commit.get());
  for (auto at = header.find("\nparent "); at != std::string_view::npos;
       at = header.find("\nparent ", at + 1)) {
    git_oid parent;
    if (git_oid_fromstrn(&parent, header.data() + at + 8, hex.size()) < 0) return false;
    if (git_odb_exists(odb.get(), &parent) != 1) return false;
  }
  return true;
}

}  // namespace

std::set<std::string> shallow_roots(git_repository* repository) {
  std::ifstream file(file_of(repository));
  std::set<std::string> roots;
  for (std::string line; file >> line;) roots.insert(line);
  return roots;
}

Result<void> mend_shallow_roots(git_repository* repository, const std::set<std::string>& before) {
  std::set<std::string> roots = shallow_roots(repository);
  if (roots.empty() && before.empty()) return {};
  roots.insert(before.begin(), before.end());
  std::erase_if(roots, [&](const auto& root) { return has_all_parents(repository, root); });
  if (roots.empty()) {  // git calls a repository shallow for an empty file, too
    std::error_code ignored;
    fs::remove(file_of(repository), ignored);
    return {};
  }
  std::string text;
  for (const auto& root : roots) text += root + "\n";
  return write_file_atomically(file_of(repository), text);
}

}  // namespace pipectl::git
