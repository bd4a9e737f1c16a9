#include "plugins/release/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/base/text.hpp"
#include "core/config/values.hpp"
#include "plugins/docker/keys.hpp"
#include "plugins/github/repository.hpp"
#include "plugins/release/promotion.hpp"

namespace pipectl::releasing {
namespace {

constexpr const char* usual_token = "GITHUB_TOKEN";

bool is_granted(const ParseContext& context, std::string_view secret) {
  return std::ranges::find(context.stage.secrets, secret) != context.stage.secrets.end();
}

std::optional<std::string> read_plain(yaml::Reader& reader, std::string_view key) {
  const auto text = reader.string(key);
  if (!text || !config::check_literal(*reader.node(key), key, reader.diagnostics()))
    return std::nullopt;
  return std::string(*text);
}

/// `version: '1.${{ run.number }}.0'` is looked at when the stage runs.
void check_version(const expr::Template& version, const ParseContext& context) {
  const std::string& text = version.text();
  if (!version.is_literal() || text == "conventional") return;
  if (release::parse_version(text.starts_with('v') ? text.substr(1) : text)) return;
  context.diagnostics.error(version.where(), fmt::format("'{}' is no version", printable(text)),
                            "write `conventional`, or a semantic version such as 1.4.0");
}

void check_channel(const expr::Template& channel, const ParseContext& context) {
  const std::string& text = channel.text();
  if (!channel.is_literal() || text.empty()) return;
  const auto parsed = release::parse_version("1.0.0-" + text);
  if (parsed && parsed->prerelease.size() == 1 && parsed->build.empty()) return;
  context.diagnostics.error(channel.where(), fmt::format("'{}' is no pre-release", printable(text)),
                            "one word such as rc, beta or alpha");
}

void read_tag(yaml::Reader& reader, const ParseContext& context, Settings& settings) {
  const auto text = read_plain(reader, "tag");
  if (!text) return;
  if (release::TagForm::parse(*text))
    settings.tag_form = *text;
  else
    context.diagnostics.error(reader.node("tag")->span(),
                              fmt::format("'{}' makes no name of a tag", printable(*text)),
                              "the version's place is {version}: `v{version}`, `api-v{version}`");
}

void check_path(const std::string& path, Span where, const ParseContext& context) {
  const auto parts = split(path, '/');
  const bool leaves = std::ranges::find(parts, "..") != parts.end();
  if (path.empty() || path.starts_with('/') || leaves)
    context.diagnostics.error(
        where, fmt::format("'{}' is no file below the working directory", printable(path)));
}

std::optional<release::VersionFile> read_version_file(yaml::Node node,
                                                      const ParseContext& context) {
  release::VersionFile file;
  if (node.kind() == yaml::Kind::mapping) {
    yaml::Reader reader(node, "a version file", context.diagnostics);
    file.path = read_plain(reader, "file").value_or("");
    file.pattern = read_plain(reader, "pattern").value_or("");
    reader.finish();
    const auto problem =
        file.pattern.empty() ? "it has no `pattern`" : release::pattern_problem(file.pattern);
    if (!problem.empty())
      context.diagnostics.error(node.span(), problem,
                                R"x(`{file: app.py, pattern: '__version__ = "(.*)"'}`)x");
  } else {
    file.path = yaml::read_string(node, "version_files", context.diagnostics).value_or("");
    file.rule = release::rule_for(file.path);
    if (!file.path.empty() && !release::has_rule(file.path))
      context.diagnostics.error(
          node.span(), fmt::format("there is no rule for '{}'", printable(file.path)),
          R"x(say where its version stands: `{file: app.py, pattern: '__version__ = "(.*)"'}`)x");
  }
  check_path(file.path, node.span(), context);
  return file;
}

void read_version_files(yaml::Reader& reader, const ParseContext& context, Settings& settings) {
  const auto node = reader.node("version_files");
  if (!node) return;
  const bool list = node->kind() == yaml::Kind::sequence;
  std::vector<yaml::Node> items;
  if (list)
    for (const yaml::Node item : node->items()) items.push_back(item);
  else
    items.push_back(*node);
  for (const auto item : items)
    if (auto file = read_version_file(item, context))
      settings.version_files.push_back(*std::move(file));
}

void read_github_keys(yaml::Node node, const ParseContext& context, GitHubSettings& github) {
  yaml::Reader reader(node, fmt::format("`github` of stage '{}'", context.stage.name),
                      context.diagnostics);
  const auto tokens = docker::read_granted("token", reader, context);
  if (!tokens.empty()) github.token = tokens.front();
  github.repository = read_plain(reader, "repository").value_or("");
  if (!github.repository.empty() && !github::is_repository(github.repository))
    context.diagnostics.error(reader.node("repository")->span(),
                              fmt::format("'{}' is no repository", printable(github.repository)),
                              "write OWNER/NAME");
  github.draft = reader.boolean("draft").value_or(false);
  github.title = read_plain(reader, "title").value_or(github.title);
  constexpr std::array<std::string_view, 3> words{"true", "false", "legacy"};
  if (const auto latest = reader.choice("latest", words)) github.latest = *latest;
  reader.finish();
}

/// Without the key there is a release on GitHub where the stage has been granted GITHUB_TOKEN.
void read_github(yaml::Reader& reader, const ParseContext& context, Settings& settings) {
  GitHubSettings& github = settings.github;
  github.title = "{tag}";
  if (is_granted(context, usual_token)) github.token = usual_token;
  const auto node = reader.node("github");
  if (!node) {
    github.wanted = !github.token.empty();
  } else if (node->kind() == yaml::Kind::mapping) {
    github.wanted = true;
    read_github_keys(*node, context, github);
  } else {
    github.wanted = yaml::read_boolean(*node, "github", context.diagnostics).value_or(false);
  }
  if (github.wanted && github.token.empty())
    context.diagnostics.error(node->span(), "a release on GitHub needs a token",
                              "grant the stage a secret: `secrets: [GITHUB_TOKEN]`");
}

/// Files that would go nowhere, and a release of a tag that GitHub does not get.
void check_together(yaml::Reader& reader, const ParseContext& context, const Settings& settings) {
  for (const std::string_view key : {"assets", "sbom"})
    if (const auto node = reader.node(key); node && !settings.github.wanted)
      context.diagnostics.error(
          node->span(), fmt::format("`{}` go to a release on GitHub, and none is made", key),
          "grant the stage its token, `secrets: [GITHUB_TOKEN]`, or write `github: {token: …}`");
  if (settings.github.wanted && !settings.push)
    context.diagnostics.error(reader.node("push")->span(),
                              "a release on GitHub needs its tag there",
                              "leave `push` out, or write `github: false`");
  if (executor_of(context.stage) != ExecutorKind::local)
    context.diagnostics.error(context.stage.where, "a release is made on this host",
                              "leave `image` and `executor` out");
}

constexpr std::string_view text_type = R"({"type":"string"})";
constexpr std::string_view texts_type = R"({"$ref":"#/$defs/texts"})";
constexpr std::string_view boolean_type = R"({"type":"boolean"})";

}  // namespace

std::vector<KeyDoc> keys() {
  return {
      {"version", text_type,
       "`conventional` (the default): from the commits since the last tag; or a version"},
      {"prerelease", text_type, "Makes a pre-release of this name: `rc` gives 1.3.0-rc.1"},
      {"tag", text_type, "What tags are called; default: `v{version}`"},
      {"paths", texts_type, "Only commits that change one of these count"},
      {"branches", texts_type,
       "Branches that may release; default: main, master and maintenance branches (`1.x`, "
       "`1.4.x`)"},
      {"changelog", text_type, "Change log to write, in the form of Keep a Changelog"},
      {"version_files",
       R"({"anyOf":[{"type":"string"},{"type":"object"},{"type":"array","items":{"type":["string","object"]}}]})",
       "Files that hold the version: package.json, package-lock.json, pyproject.toml, "
       "CMakeLists.txt, or `{file, pattern}`"},
      {"message", text_type, "Of the release's commit; default: `chore(release): {version}`"},
      {"assets", texts_type, "Files of the release on GitHub; checksums go with them"},
      {"sbom", texts_type, "Bills of materials that a tool made, where there are some"},
      {"provenance", boolean_type, "A SLSA provenance of the assets; default: true"},
      {"promote", promotion_schema,
       "The image that was tested gets the release's tags in its registry, by its digest: `{image, "
       "to, tags, login}`"},
      {"remote", text_type, "Where commit and tag are pushed to; default: origin"},
      {"push", boolean_type, "`false` leaves commit and tag here; default: true"},
      {"github",
       R"({"type":["boolean","object"],"additionalProperties":false,"properties":{"token":{"$ref":"#/$defs/name"},"repository":{"type":"string"},"draft":{"type":"boolean"},"latest":{"enum":["true","false","legacy",true,false]},"title":{"type":"string"}}})",
       "The release on GitHub: `{token, repository, draft, latest, title}`; default: made where "
       "the stage is granted GITHUB_TOKEN"}};
}

std::optional<Settings> read_settings(yaml::Reader& reader, const ParseContext& context) {
  const std::size_t errors = context.diagnostics.error_count();
  Settings settings;
  settings.version = expr::Template::literal("conventional");
  if (reader.node("version")) settings.version = docker::read_text("version", reader, context);
  check_version(settings.version, context);
  settings.channel = docker::read_text("prerelease", reader, context);
  check_channel(settings.channel, context);
  read_tag(reader, context, settings);
  settings.paths = config::read_literals(reader, "paths", config::check_file_pattern);
  settings.branches = config::read_literals(reader, "branches", config::check_glob);
  if (const auto path = read_plain(reader, "changelog")) {
    settings.changelog = *path;
    check_path(*path, reader.node("changelog")->span(), context);
  }
  read_version_files(reader, context, settings);
  settings.message = read_plain(reader, "message").value_or(settings.message);
  settings.assets = docker::read_texts("assets", reader, context);
  settings.sbom = docker::read_texts("sbom", reader, context);
  config::check_file_patterns(settings.assets, context.diagnostics);
  config::check_file_patterns(settings.sbom, context.diagnostics);
  settings.provenance = reader.boolean("provenance").value_or(true);
  settings.remote = read_plain(reader, "remote").value_or(settings.remote);
  settings.push = reader.boolean("push").value_or(true);
  read_github(reader, context, settings);
  if (const auto node = reader.node("promote"))
    if (auto promotion = read_promotion(*node, context))
      settings.promotion = std::make_shared<const PromotionSettings>(*std::move(promotion));
  check_together(reader, context, settings);
  if (context.diagnostics.error_count() > errors) return std::nullopt;
  return settings;
}

std::string filled_in(std::string text, const std::string& version, const std::string& tag) {
  const auto replace_all = [&](std::string_view what, const std::string& with) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
      text.replace(at, what.size(), with);
  };
  replace_all("{version}", version);
  replace_all("{tag}", tag);
  return text;
}

}  // namespace pipectl::releasing
