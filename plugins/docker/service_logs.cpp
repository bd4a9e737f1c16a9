#include "plugins/docker/service_logs.hpp"

#include <fstream>
#include <system_error>

#include "core/exec/line_output.hpp"

namespace pipectl::docker {
namespace {

constexpr Milliseconds limit{30'000};

class FileSink final : public LineSink {
 public:
  explicit FileSink(const std::filesystem::path& file) : file_(file, std::ios::binary) {}
  bool offer(Stream, std::string& lines, Milliseconds) override {
    file_ << lines;
    lines.clear();
    return true;
  }

 private:
  std::ofstream file_;
};

}  // namespace

void keep_log(const Client& client, const std::string& container, const std::filesystem::path& file,
              const Redactor& redactor) {
  std::error_code error;
  std::filesystem::create_directories(file.parent_path(), error);
  if (error) return;
  FileSink sink{file};
  const auto output = make_line_output(redactor, sink);
  static_cast<void>(
      client.ask({"logs", container},
                 {.deadline = std::chrono::steady_clock::now() + limit, .output = output.get()}));
}

}  // namespace pipectl::docker
