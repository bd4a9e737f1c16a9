#include "plugins/release/tested_image.hpp"

#include <catch2/catch_test_macros.hpp>

namespace pipectl::releasing {
namespace {

const std::string digest = "sha256:" + std::string(64, 'a');

TEST_CASE("the line in a tag's text from which a later run knows the image", "[release]") {
  const auto image = *docker::parse_image_name("127.0.0.1:5000/team/shop:1.1.0");
  const auto line = image_line(image, digest);
  CHECK(line == "Promoted-Image: 127.0.0.1:5000/team/shop@" + digest + "\n");
  CHECK(recorded_digest(line) == digest);
  CHECK(recorded_digest("v1.1.0\n\n### Added\n- a door\n\n" + line) == digest);
  CHECK(recorded_digest("v1.1.0\n\n" + line +
                        "-----BEGIN PGP SIGNATURE-----\n\niQ\n-----END PGP SIGNATURE-----\n") ==
        digest);
  CHECK(recorded_digest("words\n" + line + "-----BEGIN SSH SIGNATURE-----\nU1\n") == digest);
}

TEST_CASE("what is no such line records nothing", "[release]") {
  CHECK(recorded_digest("").empty());
  CHECK(recorded_digest("v1.1.0\n\n- Promoted-Image: x/y@" + digest).empty());
  CHECK(recorded_digest("Promoted-Image: x/y@" + digest + "\n\nand more words\n").empty());
  CHECK(recorded_digest("Promoted-Image: ghcr.io/team/shop:latest").empty());
  CHECK(recorded_digest("Promoted-Image: ../../etc@" + digest).empty());
  CHECK(recorded_digest("Promoted-Image: ghcr.io/team/shop@sha256:../../x").empty());
}

}  // namespace
}  // namespace pipectl::releasing
