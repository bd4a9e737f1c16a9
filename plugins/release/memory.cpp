#include "plugins/release/memory.hpp"

namespace pipectl::releasing {

Memory recall(const std::map<std::string, std::string>& notes) {
  const auto note = [&](const char* key) {
    const auto found = notes.find(key);
    return found == notes.end() ? std::string{} : found->second;
  };
  return {note(version_note), note(commit_note), note(release_note), note(image_note)};
}

}  // namespace pipectl::releasing
