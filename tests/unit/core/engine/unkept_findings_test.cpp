#include <catch2/catch_test_macros.hpp>

#include "core/engine/report_baseline.hpp"
#include "core/store/report_files.hpp"
#include "tests/support/temp_folder.hpp"

using namespace pipectl;

namespace {

/// A kept report of so many findings of one mebibyte each.
report::Metrics keep_large(const std::filesystem::path& dir, int findings) {
  auto writer = store::ReportWriter::create(dir);
  REQUIRE(writer);
  report::Finding finding;
  finding.message.assign(1 << 20, 'x');
  for (int number = 0; number < findings; ++number) {
    finding.fingerprint = std::to_string(number);
    REQUIRE(writer->put(finding));
  }
  const auto count = static_cast<double>(findings);
  report::Metrics metrics{
      {"findings", {"findings", count, report::Unit::count, report::Merge::sum}}};
  REQUIRE(writer->finish(metrics, {}));
  return metrics;
}

}  // namespace

TEST_CASE("which findings are new is not said where not all of them are kept") {
  const test::TempFolder folder;
  const auto few = keep_large(folder / "few", 3);
  const auto many = keep_large(folder / "many", 66);
  const auto compared = [&](const char* baseline, const char* now, const report::Metrics& metrics) {
    return change_since(folder / baseline, "new_findings", metrics, folder / now);
  };
  const auto good = compared("few", "few", few);
  REQUIRE((good && *good));
  CHECK((*good)->metric.value == 0);

  const auto too_many = compared("few", "many", many);
  REQUIRE(!too_many);
  CHECK(too_many.error().fault == Fault::step);
  CHECK(too_many.error().message ==
        "gate new_findings: of the 66 findings of this run only 63 fit into the 64 MiB that are "
        "kept, so which are new cannot be said");
  CHECK(too_many.error().hint.find("`findings`") != std::string::npos);

  const auto before = compared("many", "few", few);
  REQUIRE(!before);
  CHECK(before.error().message.find("66 findings that they are compared with only 63") !=
        std::string::npos);
}
