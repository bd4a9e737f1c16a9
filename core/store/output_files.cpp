#include "core/store/output_files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>
#include <string_view>

#include "core/base/text.hpp"
#include "core/base/unique_fd.hpp"
#include "core/store/io_error.hpp"

namespace pipectl::store {
namespace {

namespace fs = std::filesystem;
using Kind = FoundFile::Kind;

constexpr std::string_view folder_mark = "d";

/// The folders that lead to a path: `a/b/c` has `a` and `a/b`.
void add_folders_above(const std::string& path, std::set<std::string, std::less<>>& folders) {
  for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1))
    folders.insert(path.substr(0, slash));
}

/// Takes what was not recorded out of what was found.
std::vector<FoundFile> take_extra(std::vector<FoundFile>& found, const NameValues& recorded) {
  std::set<std::string, std::less<>> known;
  for (const auto& [path, mark] : recorded) {
    known.insert(path);
    add_folders_above(path, known);
  }
  std::vector<FoundFile> extra;
  std::erase_if(found, [&](const FoundFile& file) {
    if (known.contains(file.path)) return false;
    if (file.kind != Kind::other) extra.push_back(file);
    return true;
  });
  return extra;
}

/// The folder that holds the path; no descriptor and errno where a link is in the way.
UniqueFd open_parent(int root, std::string_view path) {
  UniqueFd folder(::openat(root, ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
  const auto parts = split(path, '/');
  for (std::size_t i = 0; folder && i + 1 < parts.size(); ++i)
    folder.reset(::openat(folder.get(), std::string(parts[i]).c_str(),
                          O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  return folder;
}

/// False where a link is in the way.
Result<bool> remove_one(int root, const FoundFile& file, const fs::path& directory) {
  const UniqueFd parent = open_parent(root, file.path);
  if (!parent && errno == ENOENT) return true;
  if (!parent && (errno == ELOOP || errno == ENOTDIR)) return false;
  if (!parent) return io_error("open", directory / file.path, errno);
  const auto name = file.path.substr(file.path.rfind('/') + 1);
  const int flags = file.kind == Kind::folder ? AT_REMOVEDIR : 0;
  if (::unlinkat(parent.get(), name.c_str(), flags) == 0 || errno == ENOENT) return true;
  const bool in_use = errno == ENOTEMPTY || errno == EEXIST;
  if (file.kind == Kind::folder && in_use) return true;  // holds what no pattern names
  return io_error("remove", directory / file.path, errno);
}

}  // namespace

Result<FileSet> find_outputs(const SkipRequest& request, const CancelToken& cancel) {
  const FileQuery query{request.directory, request.workspace, TRY(parse_patterns(request.outputs)),
                        request.state_dir};
  return find_files(query, cancel);
}

Result<NameValues> marked_outputs(const fs::path& directory, const std::vector<FoundFile>& files,
                                  FileHashes& hashes) {
  const auto marks = TRY(hashes.marks_of(directory, files));
  NameValues marked;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (files[i].kind == Kind::folder)
      marked.emplace_back(files[i].path, folder_mark);
    else if (!marks[i].empty())
      marked.emplace_back(files[i].path, marks[i]);
  }
  return marked;
}

Result<OutputState> compare_outputs(const SkipRequest& request, const NameValues& recorded,
                                    FileHashes& hashes, const CancelToken& cancel) {
  FileSet found = TRY(find_outputs(request, cancel));
  OutputState state;
  state.extra = take_extra(found.files, recorded);
  std::ranges::reverse(state.extra);  // found in the order of their names: a folder comes first
  const auto marked = TRY(marked_outputs(request.directory, found.files, hashes));
  const std::map<std::string_view, std::string_view> there(marked.begin(), marked.end());
  for (const auto& [path, mark] : recorded) {
    const auto same = there.find(path);
    if (same != there.end() && same->second == mark) continue;
    state.missing = path;
    break;
  }
  return state;
}

Result<bool> remove_outputs(const fs::path& directory, const std::vector<FoundFile>& extra) {
  if (extra.empty()) return true;
  const UniqueFd root(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root) return io_error("open", directory, errno);
  bool all = true;
  for (const FoundFile& file : extra) all = TRY(remove_one(root.get(), file, directory)) && all;
  return all;
}

}  // namespace pipectl::store
