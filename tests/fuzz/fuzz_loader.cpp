// Loads arbitrary bytes as a pipeline file with the real kinds. Nothing may crash, hang or grow
// without bound; a load either gives a pipeline or says why not, every place told lies in its file,
// and what loads can be planned.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "core/base/text.hpp"
#include "core/config/load.hpp"
#include "core/plan/plan.hpp"
#include "plugins/register.hpp"
#include "stages/register.hpp"

namespace {

using namespace pipectl;

void require(bool holds) {
  if (!holds) std::abort();
}

/// A file in memory, in a folder of its own that goes with the process.
class File {
 public:
  File() {
    std::string name = "/dev/shm/pipectl-fuzz-XXXXXX";
    require(::mkdtemp(name.data()) != nullptr);
    folder_ = name;
    std::ofstream(folder_ / "other.yaml") << ".base: {timeout: 5m}\nstages: {other: {run: make}}\n";
    std::ofstream(folder_ / "x.env") << "A=1\n";
  }
  ~File() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  std::filesystem::path write(const std::uint8_t* data, std::size_t size) const {
    const auto path = folder_ / "pipeline.yaml";
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
    return path;
  }

 private:
  std::filesystem::path folder_;
};

Registry make_registry() {
  Registry registry;
  register_stages(registry);
  register_plugins(registry);
  return registry;
}

void check_place(const Span& where) {
  if (where.file == nullptr || where.line == 0) return;
  const auto lines = split(where.file->text, '\n');
  require(where.line <= lines.size() && where.column >= 1 && where.length >= 1);
  require(where.column <= lines[where.line - 1].size() + 1);
}

void check_plan(const config::LoadedPipeline& loaded) {
  const Pipeline& pipeline = loaded.pipeline;
  require(!pipeline.stages.empty() && pipeline.stages.size() == loaded.runners.size());
  const auto plan = plan::make_plan(pipeline, Event{}, {});
  require(plan.has_value());
  for (const auto& node : plan->nodes)
    for (const auto need : node.needs) require(need < plan->nodes.size() && need != node.id);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const File file;
  static const Registry registry = make_registry();
  Diagnostics diagnostics;
  std::deque<std::unique_ptr<SourceFile>> sources;
  const auto loaded = config::load(file.write(data, size), registry, diagnostics, sources);
  require(loaded.has_value() != diagnostics.has_errors());
  for (const auto& one : diagnostics.all()) {
    check_place(one.where);
    require(!one.message.empty());
  }
  const std::string text = render(diagnostics.sorted());
  require(is_valid_utf8(text));
  if (loaded) check_plan(*loaded);
  return 0;
}
