// Cobertura, as coverage.py, Jest, gcovr, coverlet and others write it. The rates in attributes are
// not used: tools disagree on what they mean, and the shares of several files cannot be added.
// Names of files are relative to <source>; of several nothing says to which, so that only who knows
// the folders can tell.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/text.hpp"
#include "stages/reports/lines.hpp"
#include "stages/reports/make_reader.hpp"
#include "stages/reports/reports.hpp"
#include "stages/reports/xml.hpp"

namespace pipectl::stages {
namespace {

using Hit = ReportSink::Hit;

/// `50% (1/2)`: hit and all ways out of a line.
struct Condition {
  std::uint32_t hit{0};
  std::uint32_t all{0};
};
Condition read_condition(std::string_view text) {
  const auto open = text.find('(');
  if (open == text.npos) return {};
  text.remove_prefix(open + 1);
  const auto hit = take_number(text);
  if (!hit || !text.starts_with('/')) return {};
  text.remove_prefix(1);
  const auto all = take_number(text);
  if (!all || *hit > *all) return {};
  return {*hit, std::min(*all, 64U)};
}

class Cobertura final : public XmlHandler {
 public:
  explicit Cobertura(ReportSink& sink) : sink_(sink) {}

  void open(std::string_view name, const XmlAttributes& attributes) override {
    if (!rooted_ && name != "coverage")
      return refuse(fmt::format("the root is <{}>, not <coverage>", name));
    if (!rooted_ && !attributes.has("line-rate"))
      return refuse("<coverage> has no line-rate",
                    "Clover and others use the same element; they are other formats");
    rooted_ = true;
    if (name == "source") {
      in_source_ = true;
      source_.clear();
    }
    if (name == "class") file_ = in_source(attributes.text("filename"));
    if (name == "methods") in_methods_ = true;
    // The lines of methods stand again in those of their class.
    if (name == "line" && !in_methods_) line(attributes);
  }
  void close(std::string_view name) override {
    if (name == "methods") in_methods_ = false;
    if (name == "source") end_source();
    if (name == "sources" && sources_.size() > 1) sink_.sources(sources_);
  }
  void text(std::string_view piece) override {
    if (in_source_ && source_.size() < longest_source) source_ += piece;
  }

 private:
  static constexpr std::size_t longest_source = 4'096;
  static constexpr std::size_t most_sources = 64;

  void end_source() {
    in_source_ = false;
    const auto source = trim(source_);
    if (sources_.size() < most_sources) sources_.emplace_back(source.empty() ? "." : source);
  }

  [[nodiscard]] std::string in_source(std::string_view file) const {
    if (sources_.size() != 1 || file.empty()) return std::string(file);
    return (std::filesystem::path(sources_.front()) / file).lexically_normal().string();
  }

  void line(const XmlAttributes& attributes) {
    const auto number = attributes.whole("number");
    if (number == 0) return;
    const auto hits = attributes.number("hits").value_or(0);
    sink_.line(file_, number, hits > 0 ? Hit::yes : Hit::no);
    if (attributes.text("branch") != "true" && attributes.text("branch") != "True") return;
    const auto condition = read_condition(attributes.text("condition-coverage"));
    for (std::uint32_t way = 0; way < condition.all; ++way)
      sink_.branch(file_, number, way, way < condition.hit ? Hit::yes : Hit::no);
  }

  ReportSink& sink_;
  std::string file_;
  bool rooted_{false};
  bool in_methods_{false};
  bool in_source_{false};
  std::string source_;  ///< that is open
  std::vector<std::string> sources_;
};

Result<void> read_cobertura(std::istream& in, ReportSink& sink) {
  sink.counts(ReportSink::Counts::lines);
  Cobertura cobertura(sink);
  return read_xml(in, cobertura);
}

}  // namespace

std::unique_ptr<ReportReader> make_cobertura_reader() {
  return make_reader("cobertura",
                     "Coverage as Cobertura's XML (coverage.py, Jest, gcovr, coverlet)",
                     read_cobertura);
}

}  // namespace pipectl::stages
