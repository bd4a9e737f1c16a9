#include "core/git/user_config.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>

#include "core/git/library.hpp"

namespace pipectl::git {
namespace {

using Entries = std::vector<std::pair<std::string, std::string>>;

std::string value_of(const EnvMap& environment, std::string_view name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string{} : found->second;
}

void add_file(git_config* config, const std::string& path, git_config_level_t level) {
  std::error_code ignored;
  // Without a repository, without force: a file that is missing or wrong is left out.
  if (!path.empty() && std::filesystem::is_regular_file(path, ignored))
    git_config_add_file_ondisk(config, path.c_str(), level, nullptr, 0);
}

void add_files(git_config* config, const EnvMap& environment) {
  if (value_of(environment, "GIT_CONFIG_NOSYSTEM").empty()) {
    const std::string system = value_of(environment, "GIT_CONFIG_SYSTEM");
    add_file(config, system.empty() ? "/etc/gitconfig" : system, GIT_CONFIG_LEVEL_SYSTEM);
  }
  if (environment.contains("GIT_CONFIG_GLOBAL"))
    return add_file(config, value_of(environment, "GIT_CONFIG_GLOBAL"), GIT_CONFIG_LEVEL_GLOBAL);
  const std::string home = value_of(environment, "HOME");
  std::string xdg = value_of(environment, "XDG_CONFIG_HOME");
  if (xdg.empty() && !home.empty()) xdg = home + "/.config";
  if (!xdg.empty()) add_file(config, xdg + "/git/config", GIT_CONFIG_LEVEL_XDG);
  if (!home.empty()) add_file(config, home + "/.gitconfig", GIT_CONFIG_LEVEL_GLOBAL);
}

Entries read_files(const EnvMap& environment) {
  Entries entries;
  lib::Config config;
  if (!lib::start() || git_config_new(lib::Out(config)) < 0) return entries;
  add_files(config.get(), environment);
  lib::ConfigIterator iterator;
  if (git_config_iterator_new(lib::Out(iterator), config.get()) < 0) return entries;
  git_config_entry* entry = nullptr;
  while (git_config_next(&entry, iterator.get()) == 0)
    entries.emplace_back(entry->name, entry->value == nullptr ? "true" : entry->value);
  return entries;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// Section and variable in lower case, the part between them as it is.
std::string normalised(std::string key) {
  const auto first = key.find('.');
  const auto last = key.rfind('.');
  for (std::size_t i = 0; i < key.size(); ++i)
    if (i < first || i > last) key[i] = lower(key[i]);
  return key;
}

void add_variables(const EnvMap& environment, Entries& entries) {
  const std::string text = value_of(environment, "GIT_CONFIG_COUNT");
  unsigned count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  for (unsigned i = 0; i < std::min(count, 1000U); ++i) {
    const std::string key = value_of(environment, "GIT_CONFIG_KEY_" + std::to_string(i));
    if (key.empty()) continue;
    entries.emplace_back(normalised(key),
                         value_of(environment, "GIT_CONFIG_VALUE_" + std::to_string(i)));
  }
}

/// The part between the section and the variable, when this is an entry of both.
std::optional<std::string_view> subsection(std::string_view key, std::string_view section,
                                           std::string_view variable) {
  if (!key.starts_with(section) || !key.ends_with(variable)) return std::nullopt;
  key.remove_prefix(section.size());
  key.remove_suffix(variable.size());
  if (key.size() < 2 || key.front() != '.' || key.back() != '.')
    return key == "." ? std::optional<std::string_view>("") : std::nullopt;
  return key.substr(1, key.size() - 2);
}

/// Whether `url` lies under `prefix`, at a boundary of the path.
bool lies_under(std::string_view url, std::string_view prefix) {
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  return url.starts_with(prefix) && (url.size() == prefix.size() || url[prefix.size()] == '/');
}

}  // namespace

UserConfig UserConfig::load(const EnvMap& environment) {
  UserConfig config;
  config.entries_ = read_files(environment);
  config.of_files_ = config.entries_.size();
  add_variables(environment, config.entries_);
  return config;
}

std::optional<std::string> UserConfig::value(const std::string& name, Part part) const {
  const auto key = normalised(name);
  const std::size_t first = part == Part::variables ? of_files_ : 0;
  for (std::size_t i = entries_.size(); i > first; --i)
    if (entries_[i - 1].first == key) return entries_[i - 1].second;
  return std::nullopt;
}

std::string UserConfig::rewrite(const std::string& url) const {
  std::string_view longest;
  std::string_view base;
  for (const auto& [key, value] : entries_) {
    const auto replacement = subsection(key, "url", "insteadof");
    if (!replacement || value.size() <= longest.size() || !url.starts_with(value)) continue;
    longest = value;
    base = *replacement;
  }
  if (longest.empty()) return url;
  return std::string(base) + url.substr(longest.size());
}

std::string UserConfig::http(const Address& address, std::string_view name) const {
  const std::string url = address.url();
  std::string best;
  std::size_t best_length = 0;
  for (const auto& [key, value] : entries_) {
    const auto prefix = subsection(key, "http", name);
    if (!prefix || (!prefix->empty() && !lies_under(url, *prefix))) continue;
    if (prefix->size() < best_length) continue;  // of the same length, the later one wins
    best = value;
    best_length = prefix->size();
  }
  return best;
}

std::vector<std::string> UserConfig::http_headers(const Address& address) const {
  const std::string url = address.url();
  std::vector<std::string> headers;
  for (const auto& [key, value] : entries_) {
    const auto prefix = subsection(key, "http", "extraheader");
    if (!prefix || (!prefix->empty() && !lies_under(url, *prefix))) continue;
    if (value.empty())
      headers.clear();
    else
      headers.push_back(value);
  }
  return headers;
}

}  // namespace pipectl::git
