// The text that Prometheus scrapes (also OpenMetrics): each series is a metric under its own name,
// `http_requests_total{code="500"}`; series with labels are also summed up under the bare name.
#include <fmt/format.h>

#include <cmath>
#include <map>

#include "core/base/text.hpp"
#include "stages/reports/lines.hpp"
#include "stages/reports/make_reader.hpp"
#include "stages/reports/reports.hpp"
#include "stages/reports/xml.hpp"

namespace pipectl::stages {
namespace {

constexpr std::size_t most_sums = 20'000;

/// Where the labels end: a brace in quotes does not count.
std::size_t end_of_labels(std::string_view line, std::size_t open) {
  bool quoted = false;
  for (std::size_t i = open + 1; i < line.size(); ++i) {
    if (quoted && line[i] == '\\')
      ++i;
    else if (line[i] == '"')
      quoted = !quoted;
    else if (!quoted && line[i] == '}')
      return i + 1;
  }
  return line.npos;
}

bool is_metric_name(std::string_view name) {
  if (name.empty() || (name.front() >= '0' && name.front() <= '9')) return false;
  return name.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:") == name.npos;
}

/// Labels without the one that tells buckets and quantiles of one series apart.
std::string series_of(std::string_view labels) {
  std::string series;
  bool quoted = false;
  std::size_t from = 0;
  const auto take = [&](std::size_t to) {
    const auto label = labels.substr(from, to - from);
    if (!label.starts_with("le=") && !label.starts_with("quantile=") && !label.empty())
      series.append(label).push_back(',');
    from = to + 1;
  };
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (quoted && labels[i] == '\\')
      ++i;
    else if (labels[i] == '"')
      quoted = !quoted;
    else if (!quoted && (labels[i] == ',' || labels[i] == '{' || labels[i] == '}'))
      take(i);
  }
  return series;
}

/// Histograms and summaries have several samples for each series. Only the last one can have been
/// cut.
class LastSeries {
 public:
  /// `NAME histogram`, behind `# TYPE `.
  void type(std::string_view text) {
    const auto blank = text.find(' ');
    const auto kind = blank == text.npos ? text : trim(text.substr(blank + 1));
    total_of_counter_ = kind == "counter" ? std::string(text.substr(0, blank)) + "_total" : "";
    is_histogram_ = kind == "histogram";
    family_ = is_histogram_ || kind == "summary" ? text.substr(0, blank) : "";
    seen_ = {};
  }
  void sample(std::string_view name, std::string_view labels) {
    if (family_.empty() || !name.starts_with(family_)) return;
    if (auto series = series_of(labels); series != series_) {
      series_ = std::move(series);
      seen_ = {};
    }
    const auto part = name.substr(family_.size());
    seen_.any = true;
    seen_.sum = seen_.sum || part == "_sum";
    seen_.count = seen_.count || part == "_count";
    seen_.infinite = seen_.infinite || labels.find("le=\"+Inf\"") != labels.npos;
  }
  [[nodiscard]] bool is_whole() const {
    if (!seen_.any) return true;
    return seen_.sum && seen_.count && (seen_.infinite || !is_histogram_);
  }
  [[nodiscard]] const std::string& family() const { return family_; }
  /// OpenMetrics names the type of `requests_total` as that of `requests`; Prometheus' own format
  /// does not.
  [[nodiscard]] bool is_total_of_counter(std::string_view name) const {
    return name == total_of_counter_;
  }

 private:
  struct Seen {
    bool any{false};
    bool sum{false};
    bool count{false};
    bool infinite{false};  ///< the last bucket
  };
  std::string family_;  ///< empty: what it is of has one sample only
  std::string total_of_counter_;
  bool is_histogram_{false};
  std::string series_;
  Seen seen_;
};

class Exposition {
 public:
  explicit Exposition(ReportSink& sink) : sink_(sink) {}

  Result<void> line(std::size_t number, std::string_view line) {
    line = trim(line);
    if (line.empty()) return {};
    if (line.front() == '#') {
      comment(line);
      return {};
    }
    const auto open = line.find('{');
    const auto blank = line.find_first_of(" \t");
    const bool labelled = open != line.npos && open < blank;
    const auto end = labelled ? end_of_labels(line, open) : blank;
    const auto name = line.substr(0, labelled ? open : end);
    if (end == line.npos || !is_metric_name(trim(name))) return broken(number, line);
    last_.sample(trim(name), labelled ? line.substr(open, end - open) : std::string_view());
    const auto rest = trim(line.substr(end));
    note_open_metrics(trim(name), rest);
    const auto value = rest.substr(0, rest.find_first_of(" \t"));
    ++samples_;
    if (is_no_number(value)) return {};
    const auto read = report_number(value);
    if (!read) return broken(number, line);
    tell(std::string(line.substr(0, end)), *read);
    if (labelled && !is_part_of_histogram(name)) add(name, *read);
    return {};
  }

  [[nodiscard]] Result<void> end(LastLine last) {
    if (!ended_ && samples_ > 0) TRY(check_whole(last));
    if (samples_ == 0) return fail(Fault::step, "it holds no sample");
    for (const auto& [name, sum] : sums_) tell(name, sum);
    return {};
  }

 private:
  void note_open_metrics(std::string_view name, std::string_view rest) {
    const bool has_exemplar = rest.find(" # {") != rest.npos;
    open_metrics_ = open_metrics_ || has_exemplar || last_.is_total_of_counter(name);
  }
  /// OpenMetrics ends with `# EOF`; what only it has tells it from Prometheus' own format.
  void comment(std::string_view line) {
    ended_ = line == "# EOF";
    open_metrics_ = open_metrics_ || line.starts_with("# UNIT ");
    constexpr std::string_view type = "# TYPE ";
    if (line.starts_with(type)) last_.type(trim(line.substr(type.size())));
  }
  [[nodiscard]] Result<void> check_whole(LastLine last) const {
    if (open_metrics_) return tl::unexpected(cut_off("`# EOF` is not there"));
    if (last == LastLine::open) return tl::unexpected(cut_off("its last line has no end"));
    if (last_.is_whole()) return {};
    return tl::unexpected(cut_off(fmt::format("`{}` is not complete", printable(last_.family()))));
  }
  static tl::unexpected<Error> broken(std::size_t number, std::string_view line) {
    return fail(Fault::step, fmt::format("line {} is no sample of Prometheus: {}", number,
                                         printable(line.substr(0, 80))));
  }
  /// What no gate could be decided by.
  static bool is_no_number(std::string_view value) {
    return value == "NaN" || value == "+Inf" || value == "-Inf" || value == "Inf";
  }
  /// Their sum would count the same events again and again.
  static bool is_part_of_histogram(std::string_view name) { return name.ends_with("_bucket"); }

  void tell(std::string name, double value) {
    sink_.metric({std::move(name), value, report::Unit::number, report::Merge::most});
  }
  void add(std::string_view name, double value) {
    const auto known = sums_.find(name);
    if (known != sums_.end())
      known->second += value;
    else if (sums_.size() < most_sums)
      sums_.emplace(name, value);
  }

  ReportSink& sink_;
  std::map<std::string, double, std::less<>> sums_;
  std::size_t samples_{0};
  LastSeries last_;
  bool open_metrics_{false};
  bool ended_{false};
};

Result<void> read_prometheus(std::istream& in, ReportSink& sink) {
  Exposition exposition(sink);
  const auto last = TRY(read_to_last_line(in, [&](std::size_t number, std::string_view line) {
    return exposition.line(number, line);
  }));
  return exposition.end(last);
}

}  // namespace

std::unique_ptr<ReportReader> make_prometheus_reader() {
  return make_reader("prometheus", "Metrics as the text that Prometheus scrapes", read_prometheus);
}

}  // namespace pipectl::stages
