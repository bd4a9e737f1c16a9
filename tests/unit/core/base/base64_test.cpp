#include "core/base/base64.hpp"

#include <catch2/catch_test_macros.hpp>

using pipectl::decode_base64;

// RFC 4648, section 10.
TEST_CASE("base64 with its padding, wrapped or not") {
  CHECK(decode_base64("") == "");
  CHECK(decode_base64("Zg==") == "f");
  CHECK(decode_base64("Zm8=") == "fo");
  CHECK(decode_base64("Zm9v") == "foo");
  CHECK(decode_base64("Zm9v\nYmFy\r\n") == "foobar");
  CHECK(decode_base64("AAAA") == std::string(3, '\0'));
  CHECK(decode_base64("//79") == "\xff\xfe\xfd");
}

TEST_CASE("what is no base64") {
  for (const char* const text :
       {"Z", "Zg=", "Z===", "====", "Zg==Zg==", "Zm9v!bar", "Zm 9", "__79"})
    CHECK_FALSE(decode_base64(text).has_value());
}
