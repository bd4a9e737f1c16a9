// Checkstyle's XML, which many linters write besides their own format.
#include <fmt/format.h>

#include "stages/reports/make_reader.hpp"
#include "stages/reports/reports.hpp"
#include "stages/reports/xml.hpp"

namespace pipectl::stages {
namespace {

class Checkstyle final : public XmlHandler {
 public:
  explicit Checkstyle(ReportSink& sink) : sink_(sink) {}

  void open(std::string_view name, const XmlAttributes& attributes) override {
    if (!rooted_ && name != "checkstyle")
      return refuse(fmt::format("the root is <{}>, not <checkstyle>", name));
    rooted_ = true;
    if (name == "file") file_ = attributes.text("name");
    if (name != "error") return;
    report::Finding finding;
    finding.rule = attributes.text("source");
    finding.severity = report::severity_of(attributes.text("severity"));
    if (!attributes.has("severity")) finding.severity = report::Severity::error;
    finding.message = attributes.text("message");
    finding.path = file_;
    finding.line = attributes.whole("line");
    finding.column = attributes.whole("column");
    sink_.finding(std::move(finding));
  }
  void close(std::string_view) override {}

 private:
  ReportSink& sink_;
  std::string file_;
  bool rooted_{false};
};

Result<void> read_checkstyle(std::istream& in, ReportSink& sink) {
  sink.counts(ReportSink::Counts::lint);
  Checkstyle checkstyle(sink);
  return read_xml(in, checkstyle);
}

}  // namespace

std::unique_ptr<ReportReader> make_checkstyle_reader() {
  return make_reader("checkstyle", "Findings as Checkstyle's XML, which many linters write",
                     read_checkstyle);
}

}  // namespace pipectl::stages
