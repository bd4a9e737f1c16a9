#include "core/base/sha256.hpp"

#include <catch2/catch_test_macros.hpp>
#include <utility>

#include "tests/support/temp_folder.hpp"

using namespace pipectl;

// The values are those of FIPS 180-2, appendix B.
TEST_CASE("sha256 of known texts", "[sha256]") {
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_hex(std::string(1'000'000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("sha256 in pieces is that of the whole", "[sha256]") {
  Sha256 digest;
  for (int i = 0; i < 1'000'000 / 125; ++i) digest.update(std::string(125, 'a'));
  Sha256 moved = std::move(digest);
  CHECK(moved.hex() == sha256_hex(std::string(1'000'000, 'a')));
  moved.update("abc");
  CHECK(moved.hex() == sha256_hex("abc"));
  CHECK(moved.hex() == sha256_hex(""));
}

TEST_CASE("sha256 of a file", "[sha256]") {
  const test::TempFolder folder;
  const std::string content(700'000, 'x');
  CHECK(sha256_file(folder.write("f", content)).value() == sha256_hex(content));
  CHECK_FALSE(sha256_file(folder / "absent"));
}
