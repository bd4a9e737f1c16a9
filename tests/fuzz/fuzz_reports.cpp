// Reads arbitrary bytes with every reader of reports: the first line names the format, or any line
// stands for one. Nothing may crash, hang or grow without bound; a reading either succeeds or says
// why not, and what it tells can be merged, summed up and stored.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>

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

Registry make_registry() {
  Registry registry;
  register_stages(registry);
  return registry;
}

const ReportReader& reader_for(const Registry& registry, const std::string& name) {
  if (const auto* reader = registry.report_reader(name)) return *reader;
  std::size_t sum = 0;
  for (const char c : name) sum += static_cast<unsigned char>(c);
  return *registry.report_readers()[sum % registry.report_readers().size()];
}

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

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Registry registry = make_registry();
  const std::string input(reinterpret_cast<const char*>(data), size);
  const auto end = input.find('\n');
  const auto& reader = reader_for(registry, input.substr(0, end));
  std::istringstream in(end == std::string::npos ? std::string() : input.substr(end + 1));
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
