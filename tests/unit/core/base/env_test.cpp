#include "core/base/env.hpp"

#include <unistd.h>

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <utility>

using namespace pipectl;

namespace {

/// Stands in for the environment that the process was started with.
class Environment {
 public:
  explicit Environment(char** entries) : before_(std::exchange(environ, entries)) {}
  ~Environment() { environ = before_; }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  char** before_;
};

}  // namespace

TEST_CASE("the host's environment with its odd entries", "[env]") {
  std::string plain = "A=1=2", empty = "B=", nameless = "=x", without = "C", twice = "A=3";
  std::string newline = "D=one\ntwo";
  std::array<char*, 7> entries{plain.data(), empty.data(),   nameless.data(), without.data(),
                               twice.data(), newline.data(), nullptr};
  const Environment environment(entries.data());
  CHECK(host_environment() == EnvMap{{"A", "1=2"}, {"B", ""}, {"D", "one\ntwo"}});
}

TEST_CASE("no environment at all", "[env]") {
  const Environment environment(nullptr);
  CHECK(host_environment().empty());
}
