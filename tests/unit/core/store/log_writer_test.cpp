#include "core/store/log_writer.hpp"

#include <fstream>
#include <sstream>

#include "tests/unit/core/store/store_fixture.hpp"

using namespace pipectl;
using namespace pipectl::store;
using namespace pipectl::store::fixture;

namespace {

struct LogFixture : StoreFixture {
  RunRecord run = must(store->create(request_of({"build", "unit (18)"}), at_second(0)));
  std::unique_ptr<LogWriter> logs = store->logs(run.id);

  [[nodiscard]] std::string log(const std::string& stage) const {
    std::ostringstream text;
    text << std::ifstream(store->log_file(run.id, stage), std::ios::binary).rdbuf();
    return text.str();
  }
};

}  // namespace

TEST_CASE_METHOD(LogFixture, "a log appears at the first byte and keeps every one, in order") {
  CHECK_FALSE(std::filesystem::exists(store->log_file(run.id, "build")));
  must(logs->write("build", Stream::out, ""));
  CHECK_FALSE(std::filesystem::exists(store->log_file(run.id, "build")));
  const std::string odd("\0\xff\r\n", 4);
  must(logs->write("build", Stream::out, "out 1\n"));
  must(logs->write("unit (18)", Stream::out, "other\n"));
  must(logs->write("build", Stream::err, "err\n"));
  must(logs->write("build", Stream::out, odd));
  CHECK(log("build") == "out 1\nerr\n" + odd);
  CHECK(log("unit (18)") == "other\n");
}

TEST_CASE_METHOD(LogFixture, "a retried stage goes on behind a separator") {
  must(logs->write("build", Stream::out, "one\n"));
  logs->close("build");
  must(logs->write("build", Stream::out, "two\n"));
  must(logs->write("build", Stream::out, "more\n"));
  CHECK(log("build") == "one\n--- next attempt ---\ntwo\nmore\n");
}

TEST_CASE_METHOD(LogFixture, "a log that a crash cut in a line is closed before it goes on") {
  must(logs->write("build", Stream::out, "half a li"));
  logs = store->logs(run.id);
  must(logs->write("build", Stream::out, "again\n"));
  CHECK(log("build") == "half a li\n--- next attempt ---\nagain\n");
}

TEST_CASE_METHOD(LogFixture, "a link in the place of a log is not followed") {
  const auto file = store->log_file(run.id, "build");
  std::filesystem::create_directories(file.parent_path());
  const auto target = folder.write("precious", "keep");
  std::filesystem::create_symlink(target, file);
  const Error error = error_of(logs->write("build", Stream::out, "x"));
  CHECK(error.fault == Fault::infrastructure);
  CHECK(error.message.find(file.string()) != std::string::npos);
  CHECK(std::filesystem::file_size(target) == 4);
}

TEST_CASE_METHOD(LogFixture, "closing what is not open is fine") {
  logs->close("build");
  logs->close("nobody");
}
