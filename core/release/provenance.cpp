#include "core/release/provenance.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace pipectl::release {
namespace {

using Ordered = nlohmann::ordered_json;

constexpr const char* build_type = "https://pipectl.dev/build/v1";
constexpr const char* local_builder = "https://pipectl.dev/local";

Ordered subjects_of(const std::vector<Asset>& assets) {
  Ordered list = Ordered::array();
  for (const auto& asset : assets)
    list.push_back({{"name", asset.name}, {"digest", {{"sha256", asset.sha256}}}});
  return list;
}

}  // namespace

std::string checksums_of(std::vector<Asset> assets) {
  std::ranges::sort(assets, {}, &Asset::name);
  std::string text;
  for (const auto& asset : assets) text += asset.sha256 + "  " + asset.name + '\n';
  return text;
}

std::string provenance_of(const std::vector<Asset>& assets, const Making& making) {
  const Ordered source{{"uri", "git+" + making.repository + "@" + making.ref},
                       {"digest", {{"gitCommit", making.commit}}}};
  const Ordered definition{
      {"buildType", build_type},
      {"externalParameters",
       {{"repository", making.repository}, {"ref", making.ref}, {"stage", making.stage}}},
      {"resolvedDependencies", Ordered::array({source})}};
  Ordered details{
      {"builder", {{"id", making.builder.empty() ? local_builder : making.builder}}},
      {"metadata", {{"invocationId", making.invocation.empty() ? making.run : making.invocation}}}};
  const Ordered statement{
      {"_type", "https://in-toto.io/Statement/v1"},
      {"subject", subjects_of(assets)},
      {"predicateType", "https://slsa.dev/provenance/v1"},
      {"predicate", {{"buildDefinition", definition}, {"runDetails", details}}}};
  return statement.dump(2, ' ', false, Ordered::error_handler_t::replace) + "\n";
}

}  // namespace pipectl::release
