#include "core/exec/makeflags.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace pipectl;

namespace {
std::string merged(std::string_view user) { return with_jobserver(user, 4, "100,101"); }
constexpr auto ours = "-j4 --jobserver-auth=100,101";
}  // namespace

TEST_CASE("no flags of the user's own", "[jobserver]") {
  CHECK(merged("") == ours);
  CHECK(merged("   ") == ours);
}

TEST_CASE("the user's flags stay", "[jobserver]") {
  CHECK(merged("ks") == std::string("ks ") + ours);
  CHECK(merged("-k -s --no-print-directory") == std::string("-k -s --no-print-directory ") + ours);
  CHECK(merged("-I jars -Ojobs") == std::string("-I jars -Ojobs ") + ours);
}

TEST_CASE("the user's number of jobs and an outer jobserver give way", "[jobserver]") {
  for (const auto* user : {"-j8", "-j", "-j 8", "j8", "j", " -j8 --jobserver-auth=3,4", "--jobs=8",
                           "--jobs", "--jobserver-fds=3,4 -j", "--jobserver-auth=fifo:/tmp/x -j2"})
    CHECK(merged(user) == ours);
  CHECK(merged("kj8s -Bj2") == std::string("ks -B ") + ours);
}

TEST_CASE("variables stay behind their dashes", "[jobserver]") {
  CHECK(merged("k -j8 -- CFLAGS=-j\\ -O2 V=1") ==
        std::string("k ") + ours + " -- CFLAGS=-j\\ -O2 V=1");
  CHECK(merged("V=1 -k") == std::string("V=1 -k ") + ours);
}
