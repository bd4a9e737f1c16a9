#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/api/report_reader.hpp"

namespace pipectl {

/// Stands between the reader of one report and who counts: covered files get the name by which
/// the working directory knows them, so that `src/index.js` of two packages stays two files, and
/// one file that two reports call differently is one. One thread.
class PlacedSink final : public ReportSink {
 public:
  /// `report` is the path of the report within `directory`. `to` must outlive it.
  PlacedSink(std::filesystem::path directory, const std::filesystem::path& report, ReportSink& to)
      : directory_(std::move(directory)),
        folder_(report.lexically_normal().parent_path()),
        to_(to) {}

  void counts(Counts counts) override { to_.counts(counts); }
  void metric(report::Metric metric) override { to_.metric(std::move(metric)); }
  void samples(std::string_view of, const report::Samples& samples) override {
    to_.samples(of, samples);
  }
  void finding(report::Finding finding) override { to_.finding(std::move(finding)); }
  void test(report::TestCase test) override { to_.test(std::move(test)); }
  void line(std::string_view file, std::uint32_t line, Hit hit) override {
    to_.line(placed(file), line, hit);
  }
  void branch(std::string_view file, std::uint32_t line, std::uint32_t way, Hit hit) override {
    to_.branch(placed(file), line, way, hit);
  }

 private:
  [[nodiscard]] const std::string& placed(std::string_view file) {
    if (file == file_) return placed_;
    file_ = file;
    placed_ = place_of(std::filesystem::path(file).lexically_normal()).string();
    return placed_;
  }

  /// A relative name is meant from some folder above its report: the nearest that has such a file.
  /// Where none has, it stays what the report calls it.
  [[nodiscard]] std::filesystem::path place_of(const std::filesystem::path& file) const {
    if (file.is_absolute()) return is_here(file) ? file.lexically_relative(directory_) : file;
    if (file.empty() || *file.begin() == "..") return file;
    for (auto folder = folder_; !folder.empty(); folder = folder.parent_path()) {
      std::error_code ignored;
      if (std::filesystem::is_regular_file(directory_ / folder / file, ignored))
        return folder / file;
    }
    return file;
  }

  [[nodiscard]] bool is_here(const std::filesystem::path& file) const {
    const auto ends = std::mismatch(directory_.begin(), directory_.end(), file.begin(), file.end());
    return ends.first == directory_.end();
  }

  std::filesystem::path directory_;
  std::filesystem::path folder_;  ///< of the report, within the directory
  ReportSink& to_;
  std::string file_;  ///< the last one asked for; its lines come one after the other
  std::string placed_;
};

}  // namespace pipectl
