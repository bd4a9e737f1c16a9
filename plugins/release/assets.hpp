#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "plugins/release/plan.hpp"

namespace pipectl::releasing {

/// A file that goes to the release.
struct Upload {
  std::string name;            ///< as GitHub will call it
  std::filesystem::path file;  ///< empty: `content` is it
  std::string content{};
  std::uint64_t size{0};
  std::string sha256{};
};

/// The files that the stage names, by name, without what is made from them. Fault::step where a
/// pattern of `assets` finds nothing, or two files have one name.
[[nodiscard]] Result<std::vector<Upload>> find_uploads(const Settings& settings, const Site& site,
                                                       const CancelToken& cancel);

/// Adds `SHA256SUMS` and the provenance; computes the digests.
Result<void> add_made_uploads(const Settings& settings, const Plan& plan,
                              const StageContext& context, std::vector<Upload>& uploads);

constexpr const char* checksums_name = "SHA256SUMS";
constexpr const char* provenance_name = "provenance.intoto.json";

}  // namespace pipectl::releasing
