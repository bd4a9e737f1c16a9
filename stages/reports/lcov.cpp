// lcov's tracefile. One source file may come in several records, one for each test: they are
// merged.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <unordered_map>

#include "core/base/text.hpp"
#include "stages/reports/lines.hpp"
#include "stages/reports/make_reader.hpp"
#include "stages/reports/reports.hpp"
#include "stages/reports/xml.hpp"

namespace pipectl::stages {
namespace {

using Hit = ReportSink::Hit;

class Lcov {
 public:
  explicit Lcov(ReportSink& sink) : sink_(sink) {}

  Result<void> line(std::size_t number, std::string_view line) {
    const auto colon = line.find(':');
    const auto key = line.substr(0, colon);
    const auto value = colon == line.npos ? std::string_view() : line.substr(colon + 1);
    if (key == "SF") {
      file_ = value;
      ways_.clear();
      counts_.clear();
      open_ = true;
    } else if (key == "end_of_record") {
      open_ = false;
      any_ = true;
    } else if (key == "DA") {
      return data(number, value);
    } else if (key == "BRDA") {
      return branch(number, value);
    } else if (!line.empty() && !line.starts_with('#') && !is_known(key)) {
      return fail(Fault::step, fmt::format("line {}: no lcov record: {}", number,
                                           printable(line.substr(0, 80))));
    }
    return {};
  }

  [[nodiscard]] Result<void> end() const {
    if (open_)
      return fail(Fault::step, "it ends in the middle: the last record has no end_of_record",
                  "was the tool stopped while it wrote?");
    if (!any_) return fail(Fault::step, "it holds no record");
    return {};
  }

 private:
  static bool is_known(std::string_view key) {
    static constexpr std::array<std::string_view, 15> known{"TN",  "VER", "FN",   "FNDA", "FNF",
                                                            "FNH", "FNL", "FNA",  "LF",   "LH",
                                                            "BRF", "BRH", "MCDC", "MCF",  "MCH"};
    return std::ranges::find(known, key) != known.end();
  }

  static tl::unexpected<Error> broken(std::size_t number, std::string_view what) {
    return fail(Fault::step, fmt::format("line {}: no {} of lcov", number, what));
  }

  Result<void> data(std::size_t number, std::string_view value) {
    const auto line = take_number(value);
    if (!open_ || !line || !value.starts_with(',')) return broken(number, "line record (DA)");
    value.remove_prefix(1);
    const auto hits = report_number(value.substr(0, value.find(',')));
    if (!hits) return broken(number, "line record (DA)");
    sink_.line(file_, *line, *hits > 0 ? Hit::yes : Hit::no);
    return {};
  }

  /// `line,block,branch,taken`, where taken is a number or `-`.
  Result<void> branch(std::size_t number, std::string_view value) {
    const auto line = take_number(value);
    const auto last = value.rfind(',');
    if (!open_ || !line || last == value.npos || last == 0)
      return broken(number, "branch record (BRDA)");
    if (ways_.size() >= most_ways)
      return fail(Fault::step,
                  fmt::format("line {}: more than {} branches in one file", number, most_ways));
    const auto taken = value.substr(last + 1);
    const auto [way, fresh] =
        ways_.try_emplace(fmt::format("{}{}", *line, value.substr(0, last)), counts_[*line]);
    if (fresh) ++counts_[*line];
    const bool hit = taken != "-" && report_number(taken).value_or(0) > 0;
    sink_.branch(file_, *line, way->second, hit ? Hit::yes : Hit::no);
    return {};
  }

  static constexpr std::size_t most_ways = 100'000;

  ReportSink& sink_;
  std::string file_;
  std::unordered_map<std::string, std::uint32_t> ways_;  ///< of this record, by line and names
  std::unordered_map<std::uint32_t, std::uint32_t> counts_;
  bool open_{false};
  bool any_{false};
};

Result<void> read_lcov(std::istream& in, ReportSink& sink) {
  sink.counts(ReportSink::Counts::lines);
  Lcov lcov(sink);
  TRY(read_lines(
      in, [&](std::size_t number, std::string_view line) { return lcov.line(number, line); }));
  return lcov.end();
}

}  // namespace

std::unique_ptr<ReportReader> make_lcov_reader() {
  return make_reader("lcov", "Coverage as lcov's tracefile", read_lcov);
}

}  // namespace pipectl::stages
