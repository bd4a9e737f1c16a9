#include "core/config/schema.hpp"

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include "core/config/keys.hpp"
#include "core/config/not_built.hpp"
#include "tests/unit/core/config/load_fixture.hpp"

namespace pipectl::config {
namespace {

using Json = nlohmann::json;
using test::Loaded;

void collect_refs(const Json& node, std::vector<std::string>& refs) {
  if (node.is_object() && node.contains("$ref") && node["$ref"].is_string())
    refs.push_back(node["$ref"]);
  for (const auto& child : node)
    if (child.is_structured()) collect_refs(child, refs);
}

TEST_CASE("the schema holds every key and every reference of it leads somewhere") {
  const Json schema = Json::parse(json_schema(test::plain_registry()));
  for (const auto& key : keys(Section::pipeline))
    CHECK(schema["properties"].contains(std::string(key.name)));
  const Json& stage = schema["$defs"]["stage"];
  for (const auto& key : keys(Section::stage))
    CHECK(stage["properties"].contains(std::string(key.name)));
  CHECK(stage["properties"].contains("extra"));
  CHECK(schema["$defs"]["secret"]["properties"].contains("command"));
  CHECK(schema["$defs"]["kind"]["anyOf"].size() == 8);
  std::vector<std::string> refs;
  collect_refs(schema, refs);
  CHECK(refs.size() > 50);
  for (const auto& ref : refs) {
    INFO(ref);
    CHECK(schema.contains(Json::json_pointer(ref.substr(1))));
  }
}

TEST_CASE("every type in the tables is JSON, every key has a summary, none stands twice") {
  for (const Section section : all_sections) {
    std::set<std::string_view> names;
    for (const auto& key : keys(section)) {
      INFO(to_string(section) << "." << key.name);
      CHECK(Json::accept(key.type));
      CHECK_FALSE(key.summary.empty());
      CHECK_FALSE(key.summary.ends_with('.'));
      CHECK(names.insert(key.name).second);
    }
    CHECK(key_names(section).size() == names.size());
  }
}

TEST_CASE("the reference names every key") {
  const std::string text = key_reference(test::plain_registry());
  for (const Section section : all_sections)
    for (const auto& key : keys(section))
      CHECK(text.find("| `" + std::string(key.name) + "` |") != std::string::npos);
  CHECK(text.find("### `kind: verify`") != std::string::npos);
  CHECK(text.find("| `load` | stage key |") != std::string::npos);
}

/// A value that no key takes: if the loader reads the key at all, it complains.
std::string with_key(Section section, std::string_view key) {
  const std::string entry = std::string(key) + ": [[{}]]";
  const std::string stages = "\nstages: {a: {run: x}}\n";
  switch (section) {
    case Section::pipeline:
      return key == "stages" ? entry + "\n" : entry + stages;
    case Section::included:
      return key == "stages" ? entry + "\n" : entry + stages;
    case Section::source:
      return "source: {" + std::string(key == "url" ? "" : "url: x, ") + entry + "}" + stages;
    case Section::param:
      return "params: {p: {" + entry + "}}" + stages;
    case Section::environment:
      return "environments: {e: {" + entry + "}}" + stages;
    case Section::event:
      return "on: {push: {" + entry + "}}" + stages;
    case Section::defaults:
      return "defaults: {" + entry + "}" + stages;
    case Section::stage:
      return "stages: {a: {run: x, " + entry + "}}\n";
    case Section::matrix:
      return "stages: {a: {run: x, matrix: {n: [1], " + entry + "}}}\n";
    case Section::retry:
      return "stages: {a: {run: x, retry: {" + entry + "}}}\n";
    case Section::cache:
      return "stages: {a: {run: x, cache: {" + entry + "}}}\n";
    case Section::waiver:
      return "stages: {a: {run: x, waivers: [{" + entry + "}]}}\n";
    case Section::flaky:
      return "stages: {a: {run: x, flaky: {" + entry + "}}}\n";
    case Section::quarantine:
      return "stages: {a: {run: x, flaky: {quarantine: [{" + entry + "}]}}}\n";
    case Section::container:
      return "stages: {a: {run: x, image: x, executor: {docker: {" + entry + "}}}}\n";
    case Section::service: {
      const std::string image = key == "image" ? "" : "image: x, ";
      return "stages: {a: {run: x, services: {s: {" + image + entry + "}}}}\n";
    }
    case Section::service_health: {
      const std::string http = key == "port" ? "http: /, " : "";
      return "stages: {a: {run: x, services: {s: {image: x, health: {" + http + entry + "}}}}}\n";
    }
    case Section::check:
      break;  // read by the kinds that have checks
  }
  return {};
}

TEST_CASE("the loader reads every documented key") {
  for (const Section section : all_sections)
    for (const auto key : key_names(section)) {
      if (section == Section::check) continue;
      const Loaded loaded(with_key(section, key));
      INFO(to_string(section) << "." << key << "\n" << loaded.messages());
      CHECK_FALSE(loaded.result);
      CHECK(loaded.messages().find("unknown key '" + std::string(key)) == std::string::npos);
    }
}

TEST_CASE("what is not built is said so at its place, and nothing else is") {
  for (const auto& entry : not_built()) {
    std::string text;
    const std::string name(entry.name);
    switch (entry.place) {
      case Place::pipeline_key:
        text = name + ": {a: b}\nstages: {a: {run: x}}\n";
        break;
      case Place::stage_key:
        text = "stages: {a: {run: x, " + name + ": y}}\n";
        break;
      case Place::kind:
        text = "stages: {a: {kind: " + name + ", anything: 1}}\n";
        break;
      case Place::executor:
        text = "stages: {a: {run: x, executor: " + name + "}}\n";
        break;
      case Place::check:
        continue;  // read by the kinds
    }
    const Loaded loaded(text);
    INFO(text << loaded.messages());
    CHECK(loaded.diagnostics.distinct_errors() == 1);
    CHECK(loaded.messages().find("`" + name + "` is not built in this version of pipectl | ") !=
          std::string::npos);
  }
}

}  // namespace
}  // namespace pipectl::config
