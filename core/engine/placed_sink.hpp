#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/api/report_reader.hpp"

namespace pipectl {

/// Where the names in a report are meant from.
struct ReportPlace {
  std::filesystem::path workspace;
  std::filesystem::path directory;  ///< the working directory of the stage, within the workspace
  std::filesystem::path report;     ///< within the directory
};

/// Stands between the reader of one report and who counts, and gives files one name each, however
/// their report calls them. One thread.
/// - Covered files are called as the working directory knows them, so that `src/index.js` of two
///   packages stays two files, and one file that two reports call differently is one.
/// - Findings are called as the repository knows them, wherever it lies: so do those who show them
///   beside the code, and so they are known again in another checkout.
class PlacedSink final : public ReportSink {
 public:
  /// `to` must outlive it.
  PlacedSink(const ReportPlace& place, ReportSink& to);

  void counts(Counts counts) override { to_.counts(counts); }
  void metric(report::Metric metric) override { to_.metric(std::move(metric)); }
  void samples(std::string_view of, const report::Samples& samples) override {
    to_.samples(of, samples);
  }
  void finding(report::Finding finding) override;
  void test(report::TestCase test) override { to_.test(std::move(test)); }
  void sources(const std::vector<std::string>& folders) override;
  void line(std::string_view file, std::uint32_t line, Hit hit) override {
    to_.line(covered(file), line, hit);
  }
  void branch(std::string_view file, std::uint32_t line, std::uint32_t way, Hit hit) override {
    to_.branch(covered(file), line, way, hit);
  }

 private:
  using Path = std::filesystem::path;
  /// The last one asked for: what is told of a file comes one after the other.
  struct Known {
    std::string asked;
    std::string name;
  };

  [[nodiscard]] const std::string& covered(std::string_view file);
  [[nodiscard]] Path covered_name(const Path& file) const;
  [[nodiscard]] Path in_directory(const Path& whole) const;
  [[nodiscard]] std::optional<Path> in_sources(const Path& file) const;
  [[nodiscard]] std::optional<Path> nearest(const Path& file) const;
  [[nodiscard]] std::string in_repository(const std::string& path) const;

  std::string workspace_;  ///< ends with a slash
  Path directory_;
  Path below_;   ///< the directory within the workspace; empty: it is the same
  Path folder_;  ///< of the report, within the directory
  std::vector<Path> sources_;
  ReportSink& to_;
  Known covered_;
  Known found_;
};

}  // namespace pipectl
