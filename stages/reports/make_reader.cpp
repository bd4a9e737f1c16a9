#include "stages/reports/make_reader.hpp"

namespace pipectl::stages {
namespace {

class FunctionReader final : public ReportReader {
 public:
  using Read = Result<void> (*)(std::istream&, ReportSink&);
  FunctionReader(std::string_view name, std::string_view summary, Read read)
      : name_(name), summary_(summary), read_(read) {}

  [[nodiscard]] std::string_view name() const noexcept override { return name_; }
  [[nodiscard]] std::string_view summary() const noexcept override { return summary_; }
  Result<void> read(std::istream& in, ReportSink& sink) const override { return read_(in, sink); }

 private:
  std::string_view name_;
  std::string_view summary_;
  Read read_;
};

}  // namespace

std::unique_ptr<ReportReader> make_reader(std::string_view name, std::string_view summary,
                                          Result<void> (*read)(std::istream&, ReportSink&)) {
  return std::make_unique<FunctionReader>(name, summary, read);
}

}  // namespace pipectl::stages
