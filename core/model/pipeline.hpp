#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/model/name_index.hpp"
#include "core/model/stage_spec.hpp"

namespace pipectl {

struct Source {
  std::string url;
  expr::Template ref;  ///< branch, tag or commit; empty: the remote's HEAD
  std::optional<unsigned> depth;
  bool submodules{false};
  std::string secret;  ///< name of a granted secret for the login, or empty
  Span where;
};

enum class ParamType { string, integer, boolean };

struct Param {
  std::string name;
  ParamType type{ParamType::string};
  std::vector<std::string> choices;
  std::string pattern;  ///< ECMAScript regular expression over the whole value; empty: any
  std::optional<std::string> default_value;
  bool optional{false};
  std::string description;
  Span where;
};

/// A declared secret. How its value is found is the provider's business (SecretProvider).
struct SecretDecl {
  std::string name;
  std::string provider;                ///< `env`, `file`, `command`
  std::vector<std::string> arguments;  ///< made by SecretProvider::parse
  bool optional{false};
  Span where;
};

/// A target environment. `values` are what an expression reads as `environment.NAME`.
struct EnvironmentSpec {
  std::string name;
  std::vector<std::string> branches;  ///< globs; empty: any
  bool approval{false};
  std::vector<EnvEntry> env;
  std::vector<std::string> secrets;
  std::map<std::string, expr::Template, std::less<>> values;
  Span where;
};

enum class EventKind { manual, push, pull_request, tag };

struct EventRule {
  std::vector<std::string> branches;  ///< globs; empty: any
  std::vector<std::string> tags;
  std::vector<std::string> stages;  ///< stages or groups; empty: all
};

struct Group {
  std::string name;
  std::vector<std::string> members;
  Span where;
};

/// A pipeline file, whole and right: every name in it resolves, nothing in it is a cycle.
/// Immutable. `stages` is in the order written, groups unfolded in place.
struct Pipeline {
  std::string name;
  std::string file;                                 ///< path of the file, absolute
  std::deque<std::unique_ptr<SourceFile>> sources;  ///< every text that spans point into
  std::optional<Source> source;
  std::vector<Param> params;
  std::vector<EnvEntry> env;
  std::vector<SecretDecl> secrets;
  std::vector<EnvironmentSpec> environments;
  std::optional<std::map<EventKind, EventRule>> on;  ///< absent: every event runs everything
  std::vector<StageSpec> stages;
  std::vector<Group> groups;

  /// Makes the four look-ups below fast; whoever fills a pipeline calls it once, last.
  void index();
  [[nodiscard]] const StageSpec* stage(std::string_view wanted) const noexcept;
  [[nodiscard]] const SecretDecl* secret(std::string_view wanted) const noexcept;
  [[nodiscard]] const EnvironmentSpec* environment(std::string_view wanted) const noexcept;
  [[nodiscard]] const Group* group(std::string_view wanted) const noexcept;

  struct ByName {
    NameIndex stages, secrets, environments, groups;
  };
  ByName by_name{};  ///< made by index()
};

[[nodiscard]] std::string_view to_string(EventKind kind) noexcept;
[[nodiscard]] std::optional<EventKind> parse_event_kind(std::string_view text) noexcept;

}  // namespace pipectl
