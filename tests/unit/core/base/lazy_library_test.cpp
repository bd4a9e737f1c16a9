#include "core/base/lazy_library.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace pipectl;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("a library's functions are called through typed pointers") {
  auto library = LazyLibrary::open("libm", {"libnot-there.so.1", "libm.so.6"});
  REQUIRE(library);
  double (*cosine)(double) = nullptr;
  double (*absent)(double) = nullptr;
  library->bind("cos", cosine);
  library->bind_optional("cos_of_tomorrow", absent);
  REQUIRE(library->complete());
  CHECK(cosine(0.0) == 1.0);
  CHECK(absent == nullptr);
}

TEST_CASE("a library that is not there is named, with the way out") {
  const auto library = LazyLibrary::open("libnot-there", {"libnot-there.so.1"});
  REQUIRE_FALSE(library);
  CHECK(library.error().fault == Fault::infrastructure);
  CHECK_THAT(library.error().message, ContainsSubstring("cannot load libnot-there"));
  CHECK_THAT(library.error().message, ContainsSubstring("libnot-there.so.1"));
  CHECK_THAT(library.error().hint, ContainsSubstring("install libnot-there"));
}

TEST_CASE("a library that lacks a function is too old") {
  auto library = LazyLibrary::open("libm", {"libm.so.6"});
  REQUIRE(library);
  double (*first)(double) = nullptr;
  double (*second)(double) = nullptr;
  library->bind("cos_of_tomorrow", first);
  library->bind("sin_of_tomorrow", second);
  const auto complete = library->complete();
  REQUIRE_FALSE(complete);
  CHECK_THAT(complete.error().message, ContainsSubstring("libm is too old"));
  CHECK_THAT(complete.error().message, ContainsSubstring("cos_of_tomorrow"));
}
