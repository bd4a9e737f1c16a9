#include "core/git/submodules.hpp"

#include <git2/sys/config.h>

#include "core/base/text.hpp"
#include "core/git/remote_error.hpp"
#include "core/git/url.hpp"

namespace pipectl::git {
namespace {

constexpr std::size_t longest_gitmodules = std::size_t{1} << 20U;

Result<lib::Blob> gitmodules_of(git_repository* repository, git_commit* commit) {
  lib::Tree tree;
  if (git_commit_tree(lib::Out(tree), commit) < 0) return lib::failed("cannot read the tree");
  const git_tree_entry* entry = git_tree_entry_byname(tree.get(), ".gitmodules");
  lib::Blob blob;
  if (entry == nullptr) return blob;
  if (git_blob_lookup(lib::Out(blob), repository, git_tree_entry_id(entry)) < 0)
    return lib::failed("cannot read .gitmodules");
  if (git_blob_rawsize(blob.get()) > longest_gitmodules)
    return fail(Fault::infrastructure, "the repository is refused: its .gitmodules is too large");
  return blob;
}

/// A configuration made from text: unlike one made from a file it follows no `include`.
Result<lib::Config> parse(git_blob* blob) {
  git_config_backend_memory_options options{};
  options.version = GIT_CONFIG_BACKEND_MEMORY_OPTIONS_VERSION;
  options.backend_type = "gitmodules";
  git_config_backend* backend = nullptr;
  const auto* text = static_cast<const char*>(git_blob_rawcontent(blob));
  const auto size = static_cast<std::size_t>(git_blob_rawsize(blob));
  lib::Config config;
  if (git_config_new(lib::Out(config)) < 0) return lib::failed("cannot read .gitmodules");
  if (git_config_backend_from_string(&backend, text, size, &options) < 0 ||
      git_config_add_backend(config.get(), backend, GIT_CONFIG_LEVEL_LOCAL, nullptr, 0) < 0)
    return lib::failed("cannot read .gitmodules");
  return config;
}

}  // namespace

Result<std::map<std::string, Submodule>> read_gitmodules(git_repository* repository,
                                                         git_commit* commit) {
  std::map<std::string, Submodule> by_path;
  const auto blob = TRY(gitmodules_of(repository, commit));
  if (!blob) return by_path;
  const auto config = TRY(parse(blob.get()));
  lib::ConfigIterator iterator;
  if (git_config_iterator_glob_new(lib::Out(iterator), config.get(),
                                   "^submodule\\..*\\.(path|url)$") < 0)
    return lib::failed("cannot read .gitmodules");
  std::map<std::string, std::string> paths;
  std::map<std::string, std::string> urls;
  git_config_entry* entry = nullptr;
  while (git_config_next(&entry, iterator.get()) == 0) {
    const std::string_view key = entry->name;
    const auto end = key.rfind('.');
    auto& values = key.substr(end) == ".path" ? paths : urls;
    values[std::string(key.substr(10, end - 10))] = entry->value == nullptr ? "" : entry->value;
  }
  for (const auto& [name, path] : paths) by_path[path] = {name, urls[name]};
  return by_path;
}

Result<Address> submodule_address(git_repository* parent, const Session& session,
                                  const std::string& url) {
  lib::Buffer resolved;
  if (url.empty() || git_submodule_resolve_url(resolved.raw(), parent, url.c_str()) < 0)
    return fail(Fault::infrastructure,
                "the URL '" + without_credentials(url) +
                    "' of a submodule cannot be used: " + lib::last_message());
  Address address = TRY(parse_address(session.config.rewrite(std::string(resolved.view()))));
  if (address.scheme == Scheme::local && session.address.scheme != Scheme::local)
    return fail(Fault::infrastructure, "the repository is refused: its submodule '" +
                                           without_credentials(url) +
                                           "' is a path on this machine");
  return address;
}

Result<void> register_submodule(git_repository* parent, const Submodule& submodule,
                                const std::string& url) {
  lib::Config config;
  if (git_repository_config(lib::Out(config), parent) < 0)
    return lib::failed("cannot read the configuration");
  const std::string key = "submodule." + submodule.name + ".url";
  if (git_config_set_string(config.get(), key.c_str(), url.c_str()) < 0)
    return tl::unexpected(local_failure("cannot write the configuration", lib::last_message()));
  return {};
}

}  // namespace pipectl::git
