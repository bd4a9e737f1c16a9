#pragma once

#include <map>
#include <string>
#include <string_view>

namespace pipectl {

/// What a stage remembers of an image that it used is named by this and the image.
inline constexpr std::string_view image_note = "image.";

/// Exact identity by name of the images that a stage used: the digest in their repository, or the
/// id of one that is in none.
inline std::map<std::string, std::string> images_of(
    const std::map<std::string, std::string>& notes) {
  std::map<std::string, std::string> images;
  for (auto note = notes.lower_bound(std::string{image_note});
       note != notes.end() && note->first.starts_with(image_note); ++note)
    images.emplace(note->first.substr(image_note.size()), note->second);
  return images;
}

}  // namespace pipectl
