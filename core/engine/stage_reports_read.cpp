#include <fmt/format.h>

#include <istream>

#include "core/base/text.hpp"
#include "core/engine/placed_sink.hpp"
#include "core/engine/report_stream.hpp"
#include "core/engine/stage_reports.hpp"
#include "core/store/find_files.hpp"

// Finding the files of a stage's reports, and reading them.

namespace pipectl {
namespace {

namespace fs = std::filesystem;

/// File systems stamp with a coarser clock than ours, and a server's may be a little off.
constexpr std::chrono::seconds clock_slack{2};

Error about(const std::string& file, std::string_view format, Error error) {
  error.message = fmt::format("report {} ({}): {}", printable(file), format, error.message);
  return error;
}

Error not_written(const std::string& pattern, std::string_view format, const fs::path& directory) {
  return {
      Fault::step,
      fmt::format("report {} ({}): the stage did not write it", printable(pattern), format),
      fmt::format("it is looked for in the working directory {}", printable(directory.string()))};
}

bool is_readable(store::FoundFile::Kind kind) {
  using enum store::FoundFile::Kind;
  return kind == file || kind == link;
}

WallTime changed_at(const fs::path& file) {
  const auto info = store::look_at(file, store::Links::follow);
  const std::chrono::nanoseconds at(info ? info->state.ctime : 0);
  return WallTime(std::chrono::duration_cast<WallTime::duration>(at));
}

}  // namespace

Result<void> StageReports::read_all(const fs::path& directory) {
  with_tests_.clear();
  for (const ReportSpec& report : reports_) {
    TRY(read_one(report, directory, lenient_));
    if (lenient_.take_told_tests()) with_tests_.push_back(&report);
  }
  return {};
}

/// What it left of coverage and the like tells of a few tests only.
Result<void> StageReports::read_rerun(const fs::path& directory) {
  LenientSink::Rerun rerun;
  for (const ReportSpec* report : with_tests_) TRY(read_one(*report, directory, rerun));
  lenient_.settle(rerun);
  return {};
}

Result<void> StageReports::read_one(const ReportSpec& report, const fs::path& directory,
                                    ReportSink& sink) {
  const ReportReader* const reader = tools_.registry->report_reader(report.format);
  if (reader == nullptr)
    return fail(Fault::bug, fmt::format("no reader for reports of format '{}'", report.format));
  std::vector<std::string> patterns;
  for (const auto& path : report.paths) patterns.push_back(TRY(path.evaluate(*job_.scope)));
  auto parsed = store::parse_patterns(patterns);
  if (!parsed)
    return fail(Fault::step, fmt::format("`reports`: {}", parsed.error().message),
                parsed.error().hint);
  const fs::path& workspace = job_.scope->facts().workspace;
  const auto found =
      TRY(store::find_files({directory, workspace, std::move(*parsed), {}}, job_.cancel));
  if (!found.unmatched.empty())
    return tl::unexpected(not_written(patterns[found.unmatched.front()], report.format, directory));
  std::size_t read = 0;
  for (const auto& file : found.files) {
    if (file.kind == store::FoundFile::Kind::folder) continue;
    if (!is_readable(file.kind))
      return tl::unexpected(
          about(file.path, report.format, {Fault::step, "it is no file of the workspace", {}}));
    PlacedSink placed({workspace, directory, file.path}, sink);
    TRY(read_file(*reader, {directory / file.path, file.path}, placed));
    ++read;
  }
  if (read == 0) return tl::unexpected(not_written(patterns.front(), report.format, directory));
  return {};
}

Result<void> StageReports::read_file(const ReportReader& reader, const File& file,
                                     ReportSink& sink) {
  if (changed_at(file.path) + clock_slack < job_.scope->facts().started)
    return tl::unexpected(
        about(file.shown, reader.name(),
              {Fault::step, "it is older than this run, so the stage did not write it",
               "have the command write it each time; a report of an earlier run says nothing of "
               "this one"}));
  ReportStream stream(job_.cancel);
  Result<void> read = stream.open(file.path);
  std::istream in(&stream);
  if (read) read = reader.read(in, sink);
  if (stream.cut_by()) return tl::unexpected(*stream.cut_by());
  if (!read) return tl::unexpected(about(file.shown, reader.name(), read.error()));
  return {};
}

}  // namespace pipectl
