#pragma once

#include <string>
#include <vector>

#include "plugins/docker/registry.hpp"
#include "plugins/release/plan.hpp"

namespace pipectl::releasing {

/// The image that a release promotes, as far as the repository and the journal know it.
struct TestedImage {
  docker::ImageName source;  ///< as the release says where it is; may name a digest
  std::string digest;        ///< that was decided on; empty: that of the first name which is there
  std::vector<docker::ImageName> names;  ///< where it is looked for; empty: nothing tells
};

/// Of a release that is made now: as `promote` says. Of one whose tag is here already: the image
/// that the tag records, else that of the tag's commit, or of the commit before it where the tag's
/// is the release's own. Never that of a later commit.
[[nodiscard]] Result<TestedImage> find_tested_image(const Settings& settings, const Site& site,
                                                    const Plan& plan, const Memory& memory);

/// The line at the end of a tag's text from which a later run knows the image.
[[nodiscard]] std::string image_line(const docker::ImageName& image, const std::string& digest);
/// Pure: the digest in such a line of a tag's text, signed or not; empty: there is none.
[[nodiscard]] std::string recorded_digest(std::string_view tag_text);

}  // namespace pipectl::releasing
