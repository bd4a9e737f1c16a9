// Reads arbitrary bytes with one reader of reports: the program is called fuzz_report-FORMAT.
// Nothing may crash, hang or grow without bound; a reading either succeeds or says why not, and
// what it tells can be merged, summed up and stored.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>
#include <string_view>

#include "core/api/registry.hpp"
#include "core/api/report_collector.hpp"
#include "core/base/text.hpp"
#include "core/store/report_json.hpp"
#include "stages/register.hpp"

namespace {

using namespace pipectl;

void require(bool holds) {
  if (!holds) std::abort();
}

/// The reader that the program is called after. libFuzzer hands nothing from its start to its runs.
class Target {
 public:
  static Target& get() {
    static Target target;
    return target;
  }
  void choose(std::string_view program) {
    constexpr std::string_view prefix = "fuzz_report-";
    const auto at = program.rfind(prefix);
    if (at != std::string_view::npos)
      reader_ = registry_.report_reader(program.substr(at + prefix.size()));
    if (reader_ != nullptr) return;
    std::fputs("call it fuzz_report-FORMAT, where FORMAT is one of:", stderr);
    for (const auto& reader : registry_.report_readers())
      std::fprintf(stderr, " %s", std::string(reader->name()).c_str());
    std::fputs("\n", stderr);
    std::exit(2);
  }
  [[nodiscard]] const ReportReader& reader() const { return *reader_; }

 private:
  Target() { register_stages(registry_); }
  Registry registry_;
  const ReportReader* reader_{nullptr};
};

/// What is stored comes back, and is text.
class Storing final : public ReportSpool {
 public:
  Result<void> put(const report::Finding& finding) override {
    const auto json = store::to_json(finding);
    require(is_valid_utf8(json) && store::finding_from_json(json).has_value());
    require(!finding.fingerprint.empty());
    return {};
  }
  Result<void> put(const report::TestCase& test) override {
    const auto json = store::to_json(test);
    require(is_valid_utf8(json) && store::test_from_json(json).has_value());
    return {};
  }
};

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* /*count*/, char*** arguments) {
  Target::get().choose((*arguments)[0]);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto& reader = Target::get().reader();
  std::istringstream in(std::string(reinterpret_cast<const char*>(data), size));
  Storing spool;
  ReportCollector collector({}, &spool);
  const auto read = reader.read(in, collector);
  if (!read) {
    require(read.error().fault == Fault::step && !read.error().message.empty());
    return 0;
  }
  const auto metrics = collector.metrics();
  for (const auto& [name, metric] : metrics) {
    require(std::isfinite(metric.value) && metric.name == name);
    require(!report::to_text(metric.value, metric.unit).empty());
  }
  require(
      store::summary_from_json(store::to_json(store::ReportSummary{metrics, {}, 0})).has_value());
  static_cast<void>(summary_line(metrics));
  return 0;
}
