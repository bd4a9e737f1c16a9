#include "plugins/release/files.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>

#include "core/release/changelog.hpp"
#include "plugins/github/repository.hpp"

namespace pipectl::releasing {
namespace {

std::string date_of(WallTime now) {
  return fmt::format("{:%Y-%m-%d}", std::chrono::floor<std::chrono::seconds>(now));
}

/// `https://github.com`, or an Enterprise server's.
std::string web_of(const EnvMap& host, const std::string& remote) {
  const auto server = host.find("GITHUB_SERVER_URL");
  if (server != host.end() && !server->second.empty()) return server->second;
  return github::web_url(github::api_url(host, remote));
}

class Writer {
 public:
  Writer(const Settings& settings, const Site& site, Plan& plan)
      : settings_(settings), site_(site), plan_(plan) {}

  Result<void> write(const std::vector<release::Section>& sections) {
    TRY(changelog(sections));
    if (plan_.notes.empty()) plan_.notes = release::render_sections(sections);
    if (plan_.tagged) return {};
    for (const auto& file : settings_.version_files) TRY(version_file(file));
    return {};
  }

 private:
  Result<std::string> from_root(const std::string& path) const {
    const auto place = (site_.directory / path).lexically_normal();
    const auto relative = place.lexically_relative(plan_.facts.root);
    if (relative.empty() || *relative.begin() == "..")
      return fail(Fault::usage, fmt::format("{} lies outside the repository", place.string()));
    return relative.generic_string();
  }

  [[nodiscard]] bool is_untracked(const std::string& path) const {
    const auto& list = plan_.facts.untracked;
    return std::find(list.begin(), list.end(), path) != list.end();
  }

  Result<std::optional<std::string>> committed(const std::string& path) const {
    if (!plan_.tagged && is_untracked(path))
      return fail(Fault::usage, fmt::format("{} is not committed", path),
                  "commit it first, so that the release can change it");
    return git::file_at(plan_.facts.root, plan_.commit, path, site_.environment);
  }

  void keep(const std::string& path, const std::string& before, std::string after) {
    if (before != after) plan_.files[path] = std::move(after);
  }

  Result<void> changelog(const std::vector<release::Section>& sections) {
    if (settings_.changelog.empty()) return {};
    const std::string path = TRY(from_root(settings_.changelog));
    const std::string before = TRY(committed(path)).value_or("");
    release::ChangelogEntry entry{plan_.version, date_of(site_.now), sections, plan_.tag,
                                  plan_.previous_tag};
    if (!plan_.repository.empty()) {
      const std::string web = web_of(site_.host, plan_.facts.remote) + "/" + plan_.repository;
      entry.compare_url = web + "/compare/";
      entry.tag_url = web + "/releases/tag/";
    }
    std::string after = plan_.tagged ? before : release::with_release(before, entry);
    plan_.notes = release::section_of(after, plan_.version);
    keep(path, before, std::move(after));
    return {};
  }

  Result<void> version_file(const release::VersionFile& file) {
    const std::string path = TRY(from_root(file.path));
    const auto before = TRY(committed(path));
    if (!before)
      return fail(Fault::usage, fmt::format("{} is not in the repository", path),
                  "`version_files` names files that hold the version");
    release::VersionFile named = file;
    named.path = path;
    keep(path, *before, TRY(release::with_version(*before, named, plan_.version)));
    return {};
  }

  const Settings& settings_;
  const Site& site_;
  Plan& plan_;
};

}  // namespace

Result<void> write_files(const Settings& settings, const Site& site,
                         const std::vector<release::Section>& sections, Plan& plan) {
  return Writer{settings, site, plan}.write(sections);
}

}  // namespace pipectl::releasing
