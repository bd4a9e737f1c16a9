#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/config/load.hpp"
#include "plugins/register.hpp"
#include "stages/register.hpp"

// Every NAME.yaml in this folder is loaded; what is reported must be NAME.err, to the letter.
// UPDATE_GOLDEN=1 in the environment writes the .err files anew: read the difference before you
// commit it.

namespace pipectl {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::string reported(const fs::path& file, const Registry& registry) {
  Diagnostics diagnostics;
  std::deque<std::unique_ptr<SourceFile>> sources;
  const auto loaded = config::load(file, registry, diagnostics, sources);
  CHECK(loaded.has_value() != diagnostics.has_errors());
  return render(diagnostics.sorted());
}

TEST_CASE("every message is as recorded") {
  Registry registry;
  register_stages(registry);
  register_plugins(registry);
  const bool update = std::getenv("UPDATE_GOLDEN") != nullptr;
  fs::current_path(fs::path(PIPECTL_SOURCE_DIR) / "tests" / "golden");
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(".")) {
    if (entry.path().extension() != ".yaml") continue;
    ++files;
    const fs::path file = entry.path().filename();
    INFO(file.string());
    const std::string now = reported(file, registry);
    const fs::path recorded = fs::path(file).replace_extension(".err");
    if (update) std::ofstream(recorded, std::ios::binary) << now;
    CHECK(read(recorded) == now);
    CHECK_FALSE(now.empty());
  }
  CHECK(files > 60);
}

}  // namespace
}  // namespace pipectl
