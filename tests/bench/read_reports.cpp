// What reading a report costs beside the bare parser of its format, and how much memory it takes.
// Two files of 100 MB (or as many as are asked for) are made: SARIF, and JUnit. Each reading runs
// in a process of its own.
#include <expat.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/api/registry.hpp"
#include "core/api/report_collector.hpp"
#include "core/store/report_files.hpp"
#include "stages/register.hpp"

namespace {

using namespace pipectl;
namespace fs = std::filesystem;

void write_sarif(const fs::path& file, std::size_t size_wanted) {
  std::ofstream out(file);
  out << R"({"version":"2.1.0","runs":[{"tool":{"driver":{"name":"t","rules":[)";
  for (int i = 0; i < 200; ++i)
    out << fmt::format(R"({}{{"id":"rule-{}","defaultConfiguration":{{"level":"warning"}}}})",
                       i == 0 ? "" : ",", i);
  out << R"(]}},"results":[)";
  for (int i = 0; static_cast<std::size_t>(out.tellp()) < size_wanted; ++i)
    out << fmt::format(
        R"({}{{"ruleId":"rule-{}","ruleIndex":{},"message":{{"text":"'variable_{}' is assigned a value but never used in this scope; remove it or use it"}},"locations":[{{"physicalLocation":{{"artifactLocation":{{"uri":"src/module_{}/file_{}.js","index":{}}},"region":{{"startLine":{},"startColumn":7,"endLine":{},"endColumn":19}}}}}}]}})",
        i == 0 ? "" : ",\n", i % 200, i % 200, i, i % 100, i % 5000, i % 5000, i % 3000 + 1,
        i % 3000 + 1);
  out << "]}]}";
}

void write_junit(const fs::path& file, std::size_t size_wanted) {
  std::ofstream out(file);
  out << "<?xml version=\"1.0\"?>\n<testsuites>\n";
  for (int i = 0; static_cast<std::size_t>(out.tellp()) < size_wanted; ++i) {
    if (i % 100 == 0)
      out << fmt::format("{}<testsuite name=\"suite {}\">\n", i == 0 ? "" : "</testsuite>\n", i);
    out << fmt::format(
        "  <testcase classname=\"org.example.module.Suite{}\" name=\"does what it should in case "
        "{}\" time=\"0.{:03}\"",
        i / 100, i, i % 1000);
    out << (i % 500 == 0 ? "><failure message=\"expected 1 but was 2\">at "
                           "org.example\n</failure></testcase>\n"
                         : "/>\n");
  }
  out << "</testsuite>\n</testsuites>\n";
}

void bare_json(const fs::path& file) {
  struct Nothing : nlohmann::json_sax<nlohmann::json> {
    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(number_integer_t) override { return true; }
    bool number_unsigned(number_unsigned_t) override { return true; }
    bool number_float(number_float_t, const string_t&) override { return true; }
    bool string(string_t&) override { return true; }
    bool binary(binary_t&) override { return true; }
    bool start_object(std::size_t) override { return true; }
    bool key(string_t&) override { return true; }
    bool end_object() override { return true; }
    bool start_array(std::size_t) override { return true; }
    bool end_array() override { return true; }
    bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) override {
      return false;
    }
  } nothing;
  std::ifstream in(file, std::ios::binary);
  if (!nlohmann::json::sax_parse(in, &nothing)) std::exit(1);
}

void bare_xml(const fs::path& file) {
  XML_Parser parser = XML_ParserCreate(nullptr);
  XML_SetElementHandler(
      parser, [](void*, const char*, const char**) {}, [](void*, const char*) {});
  std::ifstream in(file, std::ios::binary);
  std::vector<char> buffer(64 << 10);
  while (in) {
    in.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    if (XML_Parse(parser, buffer.data(), static_cast<int>(in.gcount()), in ? 0 : 1) == 0)
      std::exit(1);
  }
  XML_ParserFree(parser);
}

class Spool final : public ReportSpool {
 public:
  explicit Spool(const fs::path& dir) : writer_(std::move(*store::ReportWriter::create(dir))) {}
  Result<void> put(const report::Finding& finding) override { return writer_.put(finding); }
  Result<void> put(const report::TestCase& test) override { return writer_.put(test); }
  Result<void> finish(const report::Metrics& metrics) { return writer_.finish(metrics, {}); }

 private:
  store::ReportWriter writer_;
};

/// As a stage does it: read, counted, fingerprinted, kept on disk.
void with_reader(std::string_view format, const fs::path& file) {
  Registry registry;
  register_stages(registry);
  Spool spool(file.parent_path() / "kept");
  ReportCollector collector({}, &spool);
  std::ifstream in(file, std::ios::binary);
  if (!registry.report_reader(format)->read(in, collector)) std::exit(1);
  if (!spool.finish(collector.metrics())) std::exit(1);
}

struct Cost {
  double seconds;  ///< of the processor: others on the machine do not count
  double mebibytes;
};

template <class Work>
Cost cost_of(Work work) {
  const pid_t child = ::fork();
  if (child == 0) {
    work();
    ::_exit(0);
  }
  int status = 0;
  rusage usage{};
  ::wait4(child, &status, 0, &usage);
  if (status != 0) throw std::runtime_error("a reading failed");
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return {seconds(usage.ru_utime) + seconds(usage.ru_stime),
          static_cast<double>(usage.ru_maxrss) / 1024};
}

template <class Bare>
void compare(std::string_view format, const fs::path& file, Bare bare) {
  Cost floor = cost_of([&] { bare(file); });
  Cost reader = cost_of([&] { with_reader(format, file); });
  const Cost again = cost_of([&] { bare(file); });
  const Cost reader_again = cost_of([&] { with_reader(format, file); });
  floor.seconds = std::min(floor.seconds, again.seconds);
  reader.seconds = std::min(reader.seconds, reader_again.seconds);
  fmt::print("{}: {:.2f}x the bare parser ({:.2f}s), {:.1f} MiB\n", format,
             reader.seconds / floor.seconds, floor.seconds, reader.mebibytes);
}

}  // namespace

int main(int argc, char** argv) {
  constexpr std::size_t megabyte = 1'000'000;
  const std::size_t size = (argc > 1 ? std::stoul(argv[1]) : 100) * megabyte;
  std::string name = (fs::temp_directory_path() / "pipectl-bench-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) return 1;
  const fs::path folder = name;
  write_sarif(folder / "report.sarif", size);
  write_junit(folder / "junit.xml", size);
  compare("sarif", folder / "report.sarif", bare_json);
  compare("junit", folder / "junit.xml", bare_xml);
  fs::remove_all(folder);
  return 0;
}
