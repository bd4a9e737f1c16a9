#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/base/result.hpp"

namespace CLI {
class App;
class ParseError;
class Validator;
}  // namespace CLI

namespace pipectl::cli {

/// What is wrong with a command line that `root` refused, in the words of every other error: the
/// word, and a suggestion or where to look (Fault::usage).
[[nodiscard]] Error usage_error(const CLI::App& root, const CLI::ParseError& refused);

/// One of these words, and no other text.
[[nodiscard]] CLI::Validator one_of(std::vector<std::string> words);
/// One of these words, which becomes its number: for an option that is an enumeration.
[[nodiscard]] CLI::Validator numbered(std::map<std::string, int> words);
/// A whole number, not below `least` and not above `most`.
[[nodiscard]] CLI::Validator whole_number(unsigned least, unsigned most = 1'000'000'000);

}  // namespace pipectl::cli
