#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/git/library.hpp"

/// Repositories for tests, made with libgit2 alone: no process, no network.
namespace pipectl::git::test {

namespace fs = std::filesystem;

/// A folder that goes with the test.
class TempDir {
 public:
  TempDir() {
    std::string name = (fs::temp_directory_path() / "pipectl-git-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    path_ = fs::canonical(name);
  }
  ~TempDir() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }
  fs::path operator/(std::string_view name) const { return path_ / name; }

 private:
  fs::path path_;
};

inline void write(const fs::path& path, std::string_view content) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

inline std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void check(int code) {
  if (code < 0) throw std::runtime_error("libgit2: " + lib::last_message());
}

/// One entry of a tree as the bytes that git stores: nothing checks the name.
struct RawEntry {
  std::string mode;  ///< 100644, 100755, 120000, 40000, 160000
  std::string name;
  git_oid id{};
};

class TestRepo {
 public:
  explicit TestRepo(const fs::path& path, bool bare = false) : path_(path) {
    check(lib::start() ? 0 : -1);
    git_repository_init_options options = GIT_REPOSITORY_INIT_OPTIONS_INIT;
    options.flags =
        GIT_REPOSITORY_INIT_MKPATH | (bare ? static_cast<unsigned>(GIT_REPOSITORY_INIT_BARE) : 0U);
    options.initial_head = "main";
    check(git_repository_init_ext(lib::Out(repository_), path.c_str(), &options));
  }
  [[nodiscard]] git_repository* raw() const { return repository_.get(); }
  [[nodiscard]] const fs::path& path() const { return path_; }

  /// Writes these files into the working tree and commits everything there is.
  std::string commit(const std::map<std::string, std::string>& files,
                     const std::string& message = "change") {
    for (const auto& [name, content] : files) write(path_ / name, content);
    lib::Handle<git_index, git_index_free> index;
    check(git_repository_index(lib::Out(index), raw()));
    check(git_index_add_all(index.get(), nullptr, GIT_INDEX_ADD_DEFAULT, nullptr, nullptr));
    check(git_index_update_all(index.get(), nullptr, nullptr, nullptr));
    check(git_index_write(index.get()));
    git_oid tree;
    check(git_index_write_tree(&tree, index.get()));
    return commit_tree(tree, message);
  }

  /// A commit of this tree on HEAD's branch.
  std::string commit_tree(const git_oid& tree_id, const std::string& message = "change") {
    lib::Tree tree;
    check(git_tree_lookup(lib::Out(tree), raw(), &tree_id));
    git_oid parent_id;
    lib::Commit parent;
    const bool born = git_reference_name_to_id(&parent_id, raw(), "HEAD") == 0;
    if (born) check(git_commit_lookup(lib::Out(parent), raw(), &parent_id));
    const git_commit* parents = parent.get();
    const lib::Handle<git_signature, git_signature_free> who = signature();
    git_oid id;
    check(git_commit_create(&id, raw(), "HEAD", who.get(), who.get(), nullptr, message.c_str(),
                            tree.get(), born ? 1 : 0, born ? &parents : nullptr));
    return lib::to_hex(id);
  }

  git_oid blob(std::string_view content) {
    git_oid id;
    check(git_blob_create_from_buffer(&id, raw(), content.data(), content.size()));
    return id;
  }

  /// A tree object exactly as given: names that no tool would write.
  git_oid raw_tree(const std::vector<RawEntry>& entries) {
    std::string bytes;
    for (const auto& entry : entries) {
      bytes += entry.mode + " " + entry.name + '\0';
      // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): raw bytes of the id
      bytes.append(reinterpret_cast<const char*>(entry.id.id), GIT_OID_SHA1_SIZE);
    }
    lib::Odb odb;
    check(git_repository_odb(lib::Out(odb), raw()));
    git_oid id;
    check(git_odb_write(&id, odb.get(), bytes.data(), bytes.size(), GIT_OBJECT_TREE));
    return id;
  }

  void reference(const std::string& name, const std::string& sha) {
    git_oid id;
    check(git_oid_fromstr(&id, sha.c_str()));
    lib::Reference made;
    check(git_reference_create(lib::Out(made), raw(), name.c_str(), &id, 1, nullptr));
  }

  void annotated_tag(const std::string& name, const std::string& sha) {
    lib::Object target;
    check(git_revparse_single(lib::Out(target), raw(), sha.c_str()));
    git_oid id;
    const auto who = signature();
    check(git_tag_create(&id, raw(), name.c_str(), target.get(), who.get(), name.c_str(), 0));
  }

  void remote(const std::string& url) {
    lib::Remote made;
    check(git_remote_create(lib::Out(made), raw(), "origin", url.c_str()));
  }

  void head(const std::string& reference) {
    check(git_repository_set_head(raw(), reference.c_str()));
  }

 private:
  static lib::Handle<git_signature, git_signature_free> signature() {
    git_signature* who = nullptr;
    check(git_signature_new(&who, "Ada Lovelace", "ada@example.com", 1'700'000'000, 0));
    return lib::Handle<git_signature, git_signature_free>(who);
  }

  fs::path path_;
  lib::Repository repository_;
};

}  // namespace pipectl::git::test
