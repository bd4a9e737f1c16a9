#include "core/base/env.hpp"

#include <unistd.h>

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <utility>
#include <vector>

#include "core/base/forget_environment.hpp"

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

TEST_CASE("what is forgotten can be read only in a copy made before", "[env]") {
  std::string secret = "TOKEN=abc", longer = "TOKEN_2=abc", empty = "TOKEN=", other = "A=TOKEN=abc";
  std::array<char*, 5> entries{secret.data(), longer.data(), empty.data(), other.data(), nullptr};
  const Environment stands_in(entries.data());
  const EnvMap before = host_environment();
  forget_environment(std::vector<std::string>{"TOKEN", "NOT_THERE"});
  CHECK(before.at("TOKEN") == "abc");
  CHECK(secret == std::string("TOKEN=\0\0\0", 9));
  CHECK(longer == "TOKEN_2=abc");
  CHECK(other == "A=TOKEN=abc");
  CHECK(host_environment().at("TOKEN").empty());
}
