#include "core/release/version_file.hpp"

#include <nlohmann/json.hpp>
#include <regex>
#include <vector>

#include "core/base/text.hpp"

namespace pipectl::release {
namespace {

using Json = nlohmann::json;

constexpr std::size_t longest_line = 2'000;  ///< std::regex recurses for each character of one

std::string name_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

tl::unexpected<Error> no_place(const VersionFile& file, const std::string& why) {
  return fail(Fault::usage, file.path + ": " + why,
              "the version is written where one already stands");
}

/// Which texts of a package's files hold its own version.
std::vector<Json::json_pointer> pointers_in(const Json& document) {
  std::vector<Json::json_pointer> pointers;
  for (const char* const path : {"/version", "/packages//version"}) {
    const Json::json_pointer pointer(path);
    if (document.contains(pointer) && document[pointer].is_string()) pointers.push_back(pointer);
  }
  return pointers;
}

/// Replaces the one text whose change makes of the document what is wanted: the parser decides
/// which of all `"version"` that is, and the form of the file stays.
Result<std::string> replace_at(const std::string& text, const Json::json_pointer& pointer,
                               const VersionFile& file, const std::string& version) {
  Json wanted = Json::parse(text);
  const std::string old = wanted[pointer].get<std::string>();
  if (old == version) return text;
  wanted[pointer] = version;
  const std::string shown = Json(old).dump();
  for (auto at = text.find(shown); at != std::string::npos; at = text.find(shown, at + 1)) {
    std::string tried = text;
    tried.replace(at, shown.size(), Json(version).dump());
    if (Json::parse(tried, nullptr, false) == wanted) return tried;
  }
  return no_place(file, "its version is written in an unusual way");
}

Result<std::string> with_json(const std::string& text, const VersionFile& file,
                              const std::string& version) {
  const Json document = Json::parse(text, nullptr, false);
  if (!document.is_object()) return no_place(file, "it is no JSON object");
  const auto pointers = pointers_in(document);
  if (pointers.empty()) return no_place(file, "it has no `version`");
  std::string result = text;
  for (const auto& pointer : pointers) result = TRY(replace_at(result, pointer, file, version));
  return result;
}

/// The first group of the pattern in the one line that matches, between two headings where given.
Result<std::string> with_pattern(const std::string& text, const VersionFile& file,
                                 const std::regex& pattern, const std::string& version,
                                 const std::vector<std::string>& headings = {}) {
  std::string result;
  std::size_t found = 0;
  bool inside = headings.empty();
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    std::string line = text.substr(at, end - at);
    at = end + 1;
    const auto shown = std::string(trim(line));
    if (!headings.empty() && shown.starts_with('['))
      inside = std::ranges::find(headings, shown) != headings.end();
    std::smatch match;
    if (inside && line.size() <= longest_line && std::regex_search(line, match, pattern) &&
        match.size() > 1 && match[1].matched) {
      line.replace(static_cast<std::size_t>(match.position(1)),
                   static_cast<std::size_t>(match.length(1)), version);
      ++found;
    }
    result += line + (end < text.size() ? "\n" : "");
  }
  if (found == 1) return result;
  return no_place(file, found == 0 ? "no line of it holds the version"
                                   : std::to_string(found) + " lines of it match");
}

Result<std::string> with_cmake(const std::string& text, const VersionFile& file,
                               const std::string& version) {
  static const std::regex project{R"(^\s*project\s*\([^#]*?\bVERSION\s+([0-9.]+))",
                                  std::regex::icase};
  static const std::regex alone{R"(^\s*VERSION\s+([0-9.]+))", std::regex::icase};
  const std::string numbers = version.substr(0, version.find_first_of("-+"));
  auto one_line = with_pattern(text, file, project, numbers);
  if (one_line) return one_line;
  return with_pattern(text, file, alone, numbers);
}

}  // namespace

bool has_rule(const std::string& path) {
  const std::string name = name_of(path);
  return name == "package.json" || name == "package-lock.json" || name == "pyproject.toml" ||
         name == "CMakeLists.txt";
}

FileRule rule_for(const std::string& path) {
  const std::string name = name_of(path);
  if (name == "pyproject.toml") return FileRule::pyproject;
  if (name == "CMakeLists.txt") return FileRule::cmake;
  return has_rule(path) ? FileRule::package_json : FileRule::pattern;
}

Result<std::string> with_version(const std::string& text, const VersionFile& file,
                                 const std::string& version) {
  static const std::regex toml{R"(^\s*version\s*=\s*["']([^"']*)["'])"};
  switch (file.rule) {
    case FileRule::package_json:
      return with_json(text, file, version);
    case FileRule::pyproject:
      return with_pattern(text, file, toml, version, {"[project]", "[tool.poetry]"});
    case FileRule::cmake:
      return with_cmake(text, file, version);
    case FileRule::pattern:
      break;
  }
  if (const auto problem = pattern_problem(file.pattern); !problem.empty())
    return no_place(file, problem);
  return with_pattern(text, file, std::regex(file.pattern), version);
}

std::string pattern_problem(const std::string& pattern) {
  try {
    const std::regex parsed(pattern);
    if (parsed.mark_count() == 0) return "the pattern has no group `(…)` around the version";
  } catch (const std::regex_error& error) {
    return std::string("the pattern is no regular expression: ") + error.what();
  }
  return {};
}

}  // namespace pipectl::release
