#include "core/git/tree_check.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "core/base/text.hpp"
#include "core/git/remote_error.hpp"

namespace pipectl::git {
namespace {

constexpr std::size_t most_entries = 10'000'000;
constexpr std::size_t longest_name = 255;    // NAME_MAX
constexpr std::size_t longest_path = 3'500;  // below PATH_MAX, with room for the destination
constexpr std::size_t most_levels = 500;     // folder in folder: what walks a tree calls itself

constexpr const char* too_deep = "the beginning of more than 500 folders in each other";

struct Summary {
  std::size_t entries{0};
  std::size_t longest{0};  ///< bytes of the longest path below it
  std::size_t levels{0};   ///< how deep the folders below it go
  bool has_gitlinks{false};
};

struct ById {
  bool operator()(const git_oid& a, const git_oid& b) const { return git_oid_cmp(&a, &b) < 0; }
};

std::string lower(std::string_view name) {
  std::string text(name);
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

/// `.git` as some file system or tool may read it: any case, with trailing dots and blanks, as a
/// stream, or by its short name.
bool means_git(std::string_view name) {
  std::string text = lower(name.substr(0, name.find(':')));
  while (!text.empty() && (text.back() == '.' || text.back() == ' ')) text.pop_back();
  return text == ".git" || text == "git~1";
}

const char* objection(std::string_view name, git_filemode_t mode) {
  if (name.empty()) return "an empty name";
  if (name == "." || name == "..") return "a name that leaves its folder";
  if (name.find('/') != std::string_view::npos) return "a name with a '/' in it";
  if (means_git(name)) return "a name that stands for git's own folder";
  if (name.size() > longest_name) return "a name longer than 255 bytes";
  if (mode == GIT_FILEMODE_LINK && lower(name) == ".gitmodules") return "a link as .gitmodules";
  const bool known = mode == GIT_FILEMODE_BLOB || mode == GIT_FILEMODE_BLOB_EXECUTABLE ||
                     mode == GIT_FILEMODE_LINK || mode == GIT_FILEMODE_TREE ||
                     mode == GIT_FILEMODE_COMMIT || mode == 0100664;
  return known ? nullptr : "an unknown kind of entry";
}

/// How many folders lead to a path: 0 for the tree itself.
std::size_t level_of(std::string_view path) {
  return path.empty() ? 0 : 1 + static_cast<std::size_t>(std::count(path.begin(), path.end(), '/'));
}

tl::unexpected<Error> refuse(const std::string& path, const std::string& why) {
  return fail(Fault::infrastructure,
              "the repository is refused: '" + printable(path) + "' is " + why,
              "nothing was written; no git tool makes such a tree by accident");
}

class Checker {
 public:
  Checker(git_repository* repository, const CancelToken& cancel)
      : repository_(repository), cancel_(cancel) {}

  /// Recursion ends at most_levels.
  Result<Summary> look(git_tree* tree, const std::string& path) {
    const git_oid id = *git_tree_id(tree);
    const auto known = seen_.find(id);
    if (known != seen_.end()) return within(known->second, path);
    if (cancel_.cancelled()) return tl::unexpected(cancelled());
    Summary summary;
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < git_tree_entrycount(tree); ++i) {
      const git_tree_entry* entry = git_tree_entry_byindex(tree, i);
      const std::string_view name = git_tree_entry_name(entry);
      const std::string here = path.empty() ? std::string(name) : path + "/" + std::string(name);
      if (const char* why = objection(name, git_tree_entry_filemode_raw(entry)))
        return refuse(here, why);
      if (!names.insert(name).second) return refuse(here, "there twice");
      TRY(add(entry, here, summary));
    }
    seen_.emplace(id, summary);
    return within(summary, path);
  }

  /// Walks only where there are gitlinks.
  Result<void> collect(git_tree* tree, const std::string& path, std::vector<Gitlink>& links) {
    for (std::size_t i = 0; i < git_tree_entrycount(tree); ++i) {
      const git_tree_entry* entry = git_tree_entry_byindex(tree, i);
      const std::string here =
          path.empty() ? git_tree_entry_name(entry) : path + "/" + git_tree_entry_name(entry);
      if (git_tree_entry_type(entry) == GIT_OBJECT_COMMIT)
        links.push_back({here, *git_tree_entry_id(entry)});
      if (git_tree_entry_type(entry) != GIT_OBJECT_TREE) continue;
      if (!seen_.at(*git_tree_entry_id(entry)).has_gitlinks) continue;
      const lib::Tree below = TRY(open(entry, here));
      TRY(collect(below.get(), here, links));
    }
    return {};
  }

 private:
  Result<lib::Tree> open(const git_tree_entry* entry, const std::string& path) {
    lib::Tree tree;
    if (git_tree_lookup(lib::Out(tree), repository_, git_tree_entry_id(entry)) < 0)
      return lib::failed("cannot read the folder '" + printable(path) + "' of the commit");
    return tree;
  }

  /// Adds one entry, with all below it.
  Result<void> add(const git_tree_entry* entry, const std::string& path, Summary& summary) {
    const std::string_view name = git_tree_entry_name(entry);
    ++summary.entries;
    summary.longest = std::max(summary.longest, name.size());
    if (git_tree_entry_type(entry) == GIT_OBJECT_COMMIT) summary.has_gitlinks = true;
    if (git_tree_entry_type(entry) != GIT_OBJECT_TREE) return {};
    if (level_of(path) > most_levels) return refuse(path.substr(0, 80), too_deep);
    const lib::Tree tree = TRY(open(entry, path));
    const Summary below = TRY(look(tree.get(), path));
    summary.entries += below.entries;
    summary.longest = std::max(summary.longest, name.size() + 1 + below.longest);
    summary.levels = std::max(summary.levels, 1 + below.levels);
    summary.has_gitlinks = summary.has_gitlinks || below.has_gitlinks;
    return {};
  }

  /// The limits, at the place where this tree is now.
  static Result<Summary> within(const Summary& summary, const std::string& path) {
    if (summary.entries > most_entries)
      return refuse(path, "a folder of more than 10,000,000 files");
    if (path.size() + 1 + summary.longest > longest_path)
      return refuse(path.substr(0, 80), "the beginning of a path longer than 3500 bytes");
    if (level_of(path) + summary.levels > most_levels) return refuse(path.substr(0, 80), too_deep);
    return summary;
  }

  git_repository* repository_;
  const CancelToken& cancel_;
  std::map<git_oid, Summary, ById> seen_;
};

}  // namespace

Result<std::vector<Gitlink>> check_tree(git_repository* repository, git_tree* tree,
                                        const CancelToken& cancel) {
  Checker checker(repository, cancel);
  const Summary summary = TRY(checker.look(tree, ""));
  std::vector<Gitlink> links;
  if (summary.has_gitlinks) TRY(checker.collect(tree, "", links));
  return links;
}

}  // namespace pipectl::git
