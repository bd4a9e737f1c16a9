#include <fmt/format.h>

#include <array>
#include <vector>

#include "core/base/text.hpp"
#include "core/model/report.hpp"

namespace pipectl::report {
namespace {

class Line {
 public:
  explicit Line(const Metrics& metrics) : metrics_(metrics) {}

  /// Where a test report was read, also `0 tests`: that nothing was tested must be seen.
  void tests() {
    const Metric* const all = find("tests");
    if (all == nullptr) return;
    add(fmt::format("{} test{}", to_text(all->value, all->unit), all->value == 1 ? "" : "s"));
    tell_tests("failed", 0);
    // Who is quarantined counts as skipped, but is told once.
    const Metric* const quarantined = find("tests.quarantined");
    tell_tests("skipped", quarantined == nullptr ? 0 : quarantined->value);
    tell_tests("flaky", 0);
    tell_tests("quarantined", 0);
  }

  void tell_tests(std::string_view what, double without) {
    const Metric* const some = find(fmt::format("tests.{}", what));
    if (some != nullptr && some->value > without)
      add(fmt::format("{} {}", to_text(some->value - without, some->unit), what));
  }

  void coverage() {
    if (const Metric* const lines = find("coverage"))
      add("coverage " + to_text(lines->value, lines->unit));
  }

  /// A scanner's counts of what matters stand there also as zeros; the others only when there are.
  void findings() {
    for (const std::string_view name : {"critical", "high"})
      if (const Metric* const count = find(name))
        add(fmt::format("{} {}", name, to_text(count->value, count->unit)));
    for (const std::string_view name : {"medium", "low", "unknown"})
      if (const Metric* const count = find(name); is_some(count))
        add(fmt::format("{} {}", name, to_text(count->value, count->unit)));
    if (find("requests") != nullptr) return;  // there, `errors` are those of requests
    bool any = false;
    for (const std::string_view name : {"errors", "warnings"}) {
      const Metric* const count = find(name);
      if (!is_some(count)) continue;
      any = true;
      const auto one = count->value == 1 ? name.substr(0, name.size() - 1) : name;
      add(fmt::format("{} {}", to_text(count->value, count->unit), one));
    }
    const Metric* const all = find("findings");
    if (!any && find("critical") == nullptr && all != nullptr)
      add(is_some(all) ? fmt::format("{} findings", to_text(all->value, all->unit))
                       : "no findings");
  }

  /// What was let pass is always told, and what is no longer let pass.
  void leniency() {
    struct Told {
      std::string_view metric;
      std::string_view one;
      std::string_view more;
    };
    constexpr std::array<Told, 3> told{
        {{"findings.waived", "waived", "waived"},
         {"waivers.expired", "waiver expired", "waivers expired"},
         {"quarantine.expired", "quarantine expired", "quarantines expired"}}};
    for (const auto& [metric, one, more] : told)
      if (const Metric* const some = find(metric); is_some(some))
        add(fmt::format("{} {}", to_text(some->value, some->unit), some->value == 1 ? one : more));
  }

  void load() {
    const Metric* const requests = find("requests");
    if (requests == nullptr) return;
    if (const Metric* const p95 = find("p95")) add("P95 " + to_text(p95->value, p95->unit));
    if (const Metric* const rate = find("error_rate"))
      add("errors " + to_text(rate->value, rate->unit));
    add(to_text(requests->value, requests->unit) + " requests");
  }

  [[nodiscard]] std::string text() const { return join(parts_, " · "); }

 private:
  [[nodiscard]] const Metric* find(std::string_view name) const {
    const auto hit = metrics_.find(name);
    return hit == metrics_.end() ? nullptr : &hit->second;
  }
  static bool is_some(const Metric* metric) { return metric != nullptr && metric->value > 0; }
  void add(std::string part) { parts_.push_back(std::move(part)); }

  const Metrics& metrics_;
  std::vector<std::string> parts_;
};

}  // namespace

std::string summary_line(const Metrics& metrics) {
  Line line(metrics);
  line.tests();
  line.coverage();
  line.findings();
  line.leniency();
  line.load();
  return line.text();
}

}  // namespace pipectl::report
