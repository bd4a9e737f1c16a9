// JaCoCo's XML: lines with missed and covered instructions and branches. Without debug information
// there are no lines; then the counters of the whole report are taken.
#include <fmt/format.h>

#include <algorithm>

#include "stages/reports/make_reader.hpp"
#include "stages/reports/reports.hpp"
#include "stages/reports/xml.hpp"

namespace pipectl::stages {
namespace {

using Hit = ReportSink::Hit;

class Jacoco final : public XmlHandler {
 public:
  explicit Jacoco(ReportSink& sink) : sink_(sink) {}

  void open(std::string_view name, const XmlAttributes& attributes) override {
    if (depth_ == 0 && name != "report")
      return refuse(fmt::format("the root is <{}>, not <report>", name));
    ++depth_;
    if (name == "package") package_ = attributes.text("name");
    if (name == "sourcefile") file_ = package_ + "/" + std::string(attributes.text("name"));
    if (name == "line") line(attributes);
    if (name == "counter") counter(attributes);
  }
  void close(std::string_view) override { --depth_; }

  [[nodiscard]] Result<void> end() {
    if (!counted_) return fail(Fault::step, "it has no <counter>: no report of JaCoCo");
    if (!lines_ && all_ > 0)
      sink_.metric(
          {"coverage", 100.0 * covered_ / all_, report::Unit::percent, report::Merge::least});
    return {};
  }

 private:
  void line(const XmlAttributes& attributes) {
    const auto number = attributes.whole("nr");
    if (number == 0) return;
    lines_ = true;
    sink_.line(file_, number, attributes.whole("ci") > 0 ? Hit::yes : Hit::no);
    const auto missed = std::min(attributes.whole("mb"), 64U);
    const auto covered = std::min(attributes.whole("cb"), 64U);
    for (std::uint32_t way = 0; way < std::min(missed + covered, 64U); ++way)
      sink_.branch(file_, number, way, way < covered ? Hit::yes : Hit::no);
  }

  /// Those of the report itself stand right below its root.
  void counter(const XmlAttributes& attributes) {
    counted_ = true;
    if (depth_ != 2 || attributes.text("type") != "INSTRUCTION") return;
    covered_ = attributes.number("covered").value_or(0);
    all_ = covered_ + attributes.number("missed").value_or(0);
  }

  ReportSink& sink_;
  std::string package_;
  std::string file_;
  int depth_{0};
  bool counted_{false};
  bool lines_{false};
  double covered_{0};
  double all_{0};
};

Result<void> read_jacoco(std::istream& in, ReportSink& sink) {
  sink.counts(ReportSink::Counts::lines);
  Jacoco jacoco(sink);
  TRY(read_xml(in, jacoco));
  return jacoco.end();
}

}  // namespace

std::unique_ptr<ReportReader> make_jacoco_reader() {
  return make_reader("jacoco", "Coverage as JaCoCo's XML", read_jacoco);
}

}  // namespace pipectl::stages
