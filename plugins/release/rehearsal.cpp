#include "plugins/release/rehearsal.hpp"

#include <fmt/format.h>

#include "core/base/text.hpp"
#include "plugins/docker/keys.hpp"
#include "plugins/release/assets.hpp"
#include "plugins/release/promotion.hpp"
#include "plugins/release/signing.hpp"

namespace pipectl::releasing {
namespace {

using Lines = std::vector<std::string>;

std::string plural(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

/// The lines that a file gets, without those that it has.
void describe_file(const Plan& plan, const std::string& path, const std::string& before,
                   Lines& lines) {
  lines.push_back(fmt::format("{} {}", before.empty() ? "create" : "change", path));
  const auto old_lines = split(before, '\n');
  const auto new_lines = split(plan.files.at(path), '\n');
  std::size_t begin = 0;
  while (begin < old_lines.size() && begin < new_lines.size() &&
         old_lines[begin] == new_lines[begin])
    ++begin;
  std::size_t end = 0;
  while (end + begin < old_lines.size() && end + begin < new_lines.size() &&
         old_lines[old_lines.size() - 1 - end] == new_lines[new_lines.size() - 1 - end])
    ++end;
  for (std::size_t i = begin; i + end < old_lines.size(); ++i)
    lines.push_back("  - " + printable(old_lines[i]));
  for (std::size_t i = begin; i + end < new_lines.size(); ++i)
    lines.push_back("  + " + printable(new_lines[i]));
}

Result<void> describe_commit(const Site& site, const Plan& plan, const Signing& signing,
                             const git::Person& who, Lines& lines) {
  for (const auto& [path, content] : plan.files) {
    const auto before = TRY(git::file_at(plan.facts.root, plan.commit, path, site.environment));
    describe_file(plan, path, before.value_or(""), lines);
  }
  if (!plan.files.empty())
    lines.push_back(fmt::format("commit {} '{}' as {} <{}>{}", plural(plan.files.size(), "file"),
                                printable(plan.message), who.name, who.email,
                                signing.commits ? ", signed" : ""));
  if (!plan.tagged)
    lines.push_back(fmt::format("tag {} {}, annotated{}",
                                plan.files.empty() ? plan.commit.substr(0, 10) : "that commit",
                                plan.tag, signing.tags ? " and signed" : ""));
  return {};
}

/// What a stage that has not run yet may still make comes with a list of its own.
void describe_sbom(const Settings& settings, const Site& site, Lines& lines) {
  CancelSource nobody;
  bool any = !settings.assets.empty();
  Lines missing;
  for (const auto& pattern : settings.sbom) {
    Settings one;
    one.sbom = {pattern};
    const auto found = find_uploads(one, site, nobody.token());
    if (!found || found->empty()) missing.push_back(docker::shown(pattern, site.scope));
    if (!found) continue;
    for (const auto& upload : *found)
      lines.push_back(fmt::format("  upload {} ({})", upload.name, human_size(upload.size)));
    any = any || !found->empty();
  }
  const std::string made = settings.provenance
                               ? fmt::format("{} and {}", checksums_name, provenance_name)
                               : std::string(checksums_name);
  for (const auto& pattern : missing)
    lines.push_back(fmt::format("  upload {}, if it is made{}", pattern,
                                any ? std::string{} : ", and then " + made));
  if (any) lines.push_back("  upload " + made);
}

void describe_assets(const Settings& settings, const Site& site, Lines& lines) {
  CancelSource nobody;
  for (const auto& pattern : settings.assets) {
    Settings one;
    one.assets = {pattern};
    const auto found = find_uploads(one, site, nobody.token());
    const std::string shown = docker::shown(pattern, site.scope);
    if (!found) {
      lines.push_back(fmt::format("  upload {}: {}", shown,
                                  found.error().fault == Fault::step ? std::string("not there yet")
                                                                     : found.error().message));
      continue;
    }
    for (const auto& upload : *found)
      lines.push_back(fmt::format("  upload {} ({})", upload.name, human_size(upload.size)));
  }
  describe_sbom(settings, site, lines);
}

void describe_github(const Settings& settings, const Site& site, const Plan& plan, Lines& lines) {
  if (!settings.github.wanted) return;
  lines.push_back(
      fmt::format("{} '{}' on GitHub, in {}", plan.prerelease ? "pre-release" : "release",
                  printable(filled_in(settings.github.title, plan.version, plan.tag)),
                  plan.repository.empty() ? std::string("a repository that is not known here")
                                          : plan.repository));
  describe_assets(settings, site, lines);
  lines.emplace_back(settings.github.draft ? "  and leave it as a draft" : "  and publish it");
}

Result<void> describe_push(const Settings& settings, const Plan& plan, Lines& lines) {
  if (!settings.push) return {};
  if (plan.facts.remote.empty())
    return fail(
        Fault::usage, fmt::format("the repository has no remote '{}'", settings.remote),
        "add one with 'git remote add " + settings.remote + " URL', or write `push: false`");
  const std::string where = fmt::format("{} ({})", settings.remote, plan.facts.remote);
  lines.push_back(
      plan.branch.empty() || (plan.tagged && plan.files.empty())
          ? fmt::format("push tag {} to {}, where it is missing", plan.tag, where)
          : fmt::format("push branch {} and tag {} to {}", plan.branch, plan.tag, where));
  return {};
}

}  // namespace

Result<Lines> describe(const Settings& settings, const Site& site, const Plan& plan) {
  Lines lines;
  for (const auto& warning : plan.warnings) lines.push_back("warning: " + warning);
  lines.push_back(fmt::format("version {} ({})", plan.version, plan.why));
  if (!plan.tagged) {
    const auto signing = TRY(read_signing(plan.facts.root, site.environment));
    const auto who = TRY(read_person(plan.facts.root, site.environment, site.now));
    TRY(describe_commit(site, plan, signing, who, lines));
  }
  TRY(describe_push(settings, plan, lines));
  if (settings.promotion)
    lines.push_back(describe(TRY(plan_promotion(*settings.promotion, site.scope,
                                                TRY(find_tested_image(settings, site, plan, {})),
                                                {plan.version, plan.tag, plan.prerelease}))));
  describe_github(settings, site, plan, lines);
  if (!plan.notes.empty()) {
    lines.emplace_back("notes:");
    for (const auto line : split(trim(plan.notes), '\n')) lines.push_back("  " + printable(line));
  }
  return lines;
}

}  // namespace pipectl::releasing
