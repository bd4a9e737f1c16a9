// hey's summary, and its CSV (`-o csv`), of which only the summary has errors that got no response.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/base/text.hpp"
#include "stages/reports/lines.hpp"
#include "stages/reports/load_metrics.hpp"
#include "stages/reports/make_reader.hpp"
#include "stages/reports/reports.hpp"
#include "stages/reports/xml.hpp"

namespace pipectl::stages {
namespace {

std::optional<double> seconds(std::string_view text) {
  constexpr std::string_view unit = " secs";
  if (!text.ends_with(unit)) return std::nullopt;
  const auto value = report_number(text.substr(0, text.size() - unit.size()));
  return value ? std::optional(*value * 1'000) : std::nullopt;
}

/// `[200] 80 responses` or `[20] Get "http://…": refused`: the number in brackets and what follows.
struct Row {
  double number;
  std::string_view rest;
};
std::optional<Row> bracketed(std::string_view line) {
  const auto close = line.find(']');
  if (!line.starts_with('[') || close == line.npos) return std::nullopt;
  const auto number = report_number(line.substr(1, close - 1));
  if (!number) return std::nullopt;
  return Row{*number, trim(line.substr(close + 1))};
}

class Hey {
 public:
  explicit Hey(ReportSink& sink) : metrics_(sink) {}

  void line(std::string_view line) {
    if (!line.empty() && line.front() != ' ' && line.ends_with(':')) {
      section_ = line;
      summary_ = summary_ || section_ == "Summary:";
      return;
    }
    line = trim(line);
    if (section_ == "Summary:") return summary(line);
    if (section_ == "Latency distribution:") return percentile(line);
    const auto row = bracketed(line);
    if (!row) return;
    if (section_ == "Error distribution:") refused_ += row->number;
    if (section_ == "Status code distribution:") status(*row);
  }

  Result<void> end() {
    if (!summary_)
      return fail(Fault::step, "no summary of hey",
                  "its default output is read, and `-o csv` as far as it goes");
    TRY(check_whole());
    metrics_.count("requests", responses_ + refused_);
    metrics_.count("errors", bad_ + refused_);
    metrics_.rate(rate_);
    if (responses_ > 0)  // else they are zeros that mean nothing
      for (const auto& [name, value] : latencies_) metrics_.latency(name, value);
    return {};
  }

 private:
  /// Its last sections tell what came of each request; how many there were follows from the
  /// summary. It keeps no more than so many responses.
  Result<void> check_whole() const {
    constexpr double most_kept = 1e6;
    constexpr double rounded = 0.5e-4;  // four digits behind the point
    if (!rate_ || !total_) return tl::unexpected(cut_off("its summary is not complete"));
    const double expected = std::min(*rate_ * *total_ / 1'000, most_kept);
    const double slack = 1 + rounded * (*rate_ + *total_ / 1'000);
    if (responses_ + refused_ >= expected - slack) return {};
    return tl::unexpected(cut_off(
        fmt::format("it tells of {} of about {:.0f} requests", responses_ + refused_, expected)));
  }
  void summary(std::string_view line) {
    const auto colon = line.find(':');
    if (colon == line.npos) return;
    const auto key = line.substr(0, colon);
    const auto value = trim(line.substr(colon + 1));
    if (key == "Total") total_ = seconds(value);
    if (key == "Slowest") keep("max", seconds(value));
    if (key == "Fastest") keep("min", seconds(value));
    if (key == "Average") keep("mean", seconds(value));
    if (key == "Requests/sec") rate_ = report_number(value);
  }
  /// `95% in 0.0359 secs`
  void percentile(std::string_view line) {
    const auto in = line.find("% in ");
    if (in != line.npos) keep("p" + std::string(line.substr(0, in)), seconds(line.substr(in + 5)));
  }
  void status(const Row& row) {
    constexpr std::string_view unit = " responses";
    if (!row.rest.ends_with(unit)) return;
    const auto count = report_number(row.rest.substr(0, row.rest.size() - unit.size()));
    responses_ += count.value_or(0);
    if (row.number >= 400) bad_ += count.value_or(0);
  }
  void keep(std::string name, std::optional<double> value) {
    if (value) latencies_.emplace_back(std::move(name), *value);
  }

  LoadMetrics metrics_;
  std::string section_;
  bool summary_{false};
  double responses_{0};
  double bad_{0};
  double refused_{0};
  std::optional<double> rate_;
  std::optional<double> total_;  ///< milliseconds
  std::vector<std::pair<std::string, double>> latencies_;
};

/// One request in each row; the response time stands first, in seconds, the status seventh.
class HeyCsv {
 public:
  explicit HeyCsv(ReportSink& sink) : metrics_(sink) {}

  Result<void> line(std::size_t number, std::string_view line) {
    const auto cells = split(line, ',');
    constexpr std::size_t columns = 8;
    const auto time = report_number(cells.front());
    const auto status = cells.size() == columns ? report_number(cells[6]) : std::nullopt;
    if (!time || !status) return fail(Fault::step, fmt::format("line {} is no row of hey", number));
    if (times_.size() < most_rows) times_.push_back(static_cast<float>(*time * 1'000));
    ++requests_;
    if (*status >= 400) ++bad_;
    return {};
  }
  void end() {
    metrics_.count("requests", requests_);
    metrics_.count("errors", bad_);
    if (times_.empty()) return;
    std::ranges::sort(times_);
    double sum = 0;
    for (const float time : times_) sum += time;
    metrics_.latency("mean", sum / static_cast<double>(times_.size()));
    metrics_.latency("min", times_.front());
    metrics_.latency("max", times_.back());
    for (const auto& [name, share] :
         {std::pair{"p50", 0.5}, {"p75", 0.75}, {"p90", 0.9}, {"p95", 0.95}, {"p99", 0.99}})
      metrics_.latency(name, times_[static_cast<std::size_t>(
                                 std::lround(share * static_cast<double>(times_.size() - 1)))]);
  }

 private:
  static constexpr std::size_t most_rows = 5'000'000;

  LoadMetrics metrics_;
  std::vector<float> times_;
  double requests_{0};
  double bad_{0};
};

Result<void> read_hey(std::istream& in, ReportSink& sink) {
  Hey hey(sink);
  HeyCsv csv(sink);
  bool is_csv = false;
  bool any = false;
  const auto last =
      TRY(read_to_last_line(in, [&](std::size_t number, std::string_view line) -> Result<void> {
        any = true;
        if (number == 1) is_csv = line.starts_with("response-time,");
        if (!is_csv) hey.line(line);
        if (is_csv && number > 1 && !line.empty()) return csv.line(number, line);
        return {};
      }));
  if (!any) return fail(Fault::step, "the file is empty");
  if (!is_csv) TRY(hey.end());
  if (last == LastLine::open) return tl::unexpected(cut_off("its last line has no end"));
  if (!is_csv) return {};
  csv.end();
  return {};
}

}  // namespace

std::unique_ptr<ReportReader> make_hey_reader() {
  return make_reader("hey", "Load test as hey's summary or CSV", read_hey);
}

}  // namespace pipectl::stages
