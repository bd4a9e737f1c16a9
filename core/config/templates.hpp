#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/config/name_set.hpp"
#include "core/yaml/overlay.hpp"
#include "core/yaml/reader.hpp"

namespace pipectl::config {

/// The mappings that `extends` takes over: keys that begin with a dot.
class Templates {
 public:
  Templates(yaml::Overlay& overlay, Diagnostics& diagnostics)
      : overlay_(overlay), diagnostics_(diagnostics) {}

  [[nodiscard]] static bool is_template(std::string_view key) noexcept {
    return key.starts_with('.');
  }

  /// The node must outlive this object.
  void add(yaml::Node key, yaml::Node value);

  /// The mapping with everything that it extends, and without `extends`: `env` is merged by name,
  /// of every other key the nearest value holds. `run` and `steps` replace each other.
  [[nodiscard]] yaml::Node resolve(yaml::Node mapping);

  /// A template that no stage extends, with what it extends itself.
  struct Unused {
    yaml::Node key;
    yaml::Node mapping;
  };
  /// Those that read like a stage: other keys with a dot may hold anchors of anything. Call once,
  /// after the stages.
  [[nodiscard]] std::vector<Unused> unused();

 private:
  enum class State { untouched, open, done };
  struct Template {
    yaml::Node key;
    yaml::Node value;
    State state{State::untouched};
  };

  [[nodiscard]] std::optional<yaml::Node> resolved(yaml::Node name);
  void report_cycle(yaml::Node name);
  /// True (reported) when there is no end to what is taken over.
  [[nodiscard]] bool is_too_much(yaml::Node name);
  [[nodiscard]] yaml::Node over(yaml::Node base, yaml::Node top);

  yaml::Overlay& overlay_;
  Diagnostics& diagnostics_;
  std::unordered_map<std::string_view, Template> templates_;
  NameSet names_;
  std::vector<std::string_view> path_;  ///< the templates that are being resolved
};

}  // namespace pipectl::config
