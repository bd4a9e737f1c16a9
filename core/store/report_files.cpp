#include "core/store/report_files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <system_error>

#include "core/base/files.hpp"
#include "core/base/unique_fd.hpp"
#include "core/base/write_all.hpp"
#include "core/store/io_error.hpp"
#include "core/store/names.hpp"
#include "core/store/report_json.hpp"

namespace pipectl::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t chunk = 64 << 10;
constexpr std::size_t most_bytes = 64 << 20;
constexpr const char* summary_file = "summary.json";
constexpr const char* findings_file = "findings.jsonl";
constexpr const char* waived_file = "waived.jsonl";
constexpr const char* tests_file = "tests.jsonl";
constexpr const char* samples_file = "samples.jsonl";

/// Lines, gathered into large writes, up to a limit.
class LineFile {
 public:
  Result<void> open(fs::path file) {
    file_ = std::move(file);
    fd_ = UniqueFd(::open(file_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (fd_.get() < 0) return io_error("write", file_, errno);
    return {};
  }
  Result<void> add(std::string_view line) {
    if (bytes_ + line.size() + 1 > most_bytes) {
      ++left_out_;
      return {};
    }
    bytes_ += line.size() + 1;
    buffer_.append(line).push_back('\n');
    if (buffer_.size() < chunk) return {};
    return flush();
  }
  Result<void> flush() {
    if (const int error = write_all(fd_.get(), buffer_)) return io_error("write", file_, error);
    buffer_.clear();
    return {};
  }
  [[nodiscard]] std::uint64_t left_out() const noexcept { return left_out_; }

 private:
  fs::path file_;
  UniqueFd fd_;
  std::string buffer_;
  std::size_t bytes_{0};
  std::uint64_t left_out_{0};
};

template <class Parse, class Take>
Result<void> for_each_line(const fs::path& file, Parse parse, const Take& take) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return io_error("read", file, errno);
  std::string line;
  while (std::getline(in, line)) {
    const auto value = parse(line);
    if (value && !take(*value)) return {};
  }
  return {};
}

}  // namespace

struct ReportWriter::Files {
  fs::path dir;
  LineFile findings;
  LineFile waived;
  LineFile tests;
  LineFile samples;
};

fs::path committed_baseline_dir(const fs::path& dir) { return dir / "baseline"; }

fs::path reports_dir(const fs::path& run_dir, std::string_view stage) {
  return run_dir / "reports" / file_name_of(stage);
}

ReportWriter::ReportWriter(std::unique_ptr<Files> files) : files_(std::move(files)) {}
ReportWriter::ReportWriter(ReportWriter&&) noexcept = default;
ReportWriter& ReportWriter::operator=(ReportWriter&&) noexcept = default;
ReportWriter::~ReportWriter() = default;

Result<ReportWriter> ReportWriter::create(const fs::path& dir) {
  std::error_code error;
  fs::remove(dir / summary_file, error);
  fs::create_directories(dir, error);
  if (error) return io_error("make", dir, error.value());
  auto files = std::make_unique<Files>();
  files->dir = dir;
  TRY(files->findings.open(dir / findings_file));
  TRY(files->waived.open(dir / waived_file));
  TRY(files->tests.open(dir / tests_file));
  TRY(files->samples.open(dir / samples_file));
  return ReportWriter(std::move(files));
}

Result<void> ReportWriter::put(const report::Finding& finding) {
  return files_->findings.add(to_json(finding));
}

Result<void> ReportWriter::put(const report::TestCase& test) {
  return files_->tests.add(to_json(test));
}

Result<void> ReportWriter::put_waived(const report::Finding& finding, std::string_view why) {
  return files_->waived.add(to_json(finding, why));
}

Result<void> ReportWriter::put_samples(std::string_view of, const report::Samples& samples) {
  return files_->samples.add(to_json(of, samples));
}

Result<void> ReportWriter::flush() {
  TRY(files_->samples.flush());
  TRY(files_->findings.flush());
  TRY(files_->waived.flush());
  return files_->tests.flush();
}

Result<void> ReportWriter::finish(const report::Metrics& metrics,
                                  const std::vector<report::GateVerdict>& gates) {
  TRY(flush());
  const auto left_out =
      files_->findings.left_out() + files_->waived.left_out() + files_->tests.left_out();
  return write_file_atomically(files_->dir / summary_file,
                               to_json(ReportSummary{metrics, gates, left_out}), 0600);
}

Result<std::optional<ReportSummary>> read_report_summary(const fs::path& dir) {
  std::error_code ignored;
  if (!fs::exists(dir / summary_file, ignored)) return std::nullopt;
  return summary_from_json(TRY(read_file(dir / summary_file)));
}

Result<void> for_each_finding(const fs::path& dir,
                              const std::function<bool(const report::Finding&)>& take) {
  return for_each_line(dir / findings_file, finding_from_json, take);
}

Result<void> for_each_waived(
    const fs::path& dir,
    const std::function<bool(const report::Finding&, const std::string& why)>& take) {
  std::error_code ignored;
  if (!fs::exists(dir / waived_file, ignored)) return {};
  return for_each_line(dir / waived_file, waived_from_json,
                       [&](const auto& one) { return take(one.first, one.second); });
}

Result<std::optional<report::Samples>> read_samples(const fs::path& dir, std::string_view of) {
  std::optional<report::Samples> found;
  std::error_code ignored;
  if (!fs::exists(dir / samples_file, ignored)) return found;
  TRY(for_each_line(dir / samples_file, samples_from_json, [&](const auto& one) {
    if (one.first == of) found = one.second;
    return !found;
  }));
  return found;
}

Result<void> for_each_test(const fs::path& dir,
                           const std::function<bool(const report::TestCase&)>& take) {
  return for_each_line(dir / tests_file, test_from_json, take);
}

}  // namespace pipectl::store
