#pragma once

#include <string>

namespace pipectl::git::test {

/// Commit ids of no commit, and the one that stands for "there was none before".
inline const std::string sha_a(40, 'a');
inline const std::string sha_b(40, 'b');
inline const std::string zeros(40, '0');

}  // namespace pipectl::git::test
