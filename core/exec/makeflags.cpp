#include "core/exec/makeflags.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace pipectl {
namespace {

bool is_digit(char character) { return character >= '0' && character <= '9'; }

/// Splits at blanks; a backslash takes the next character along.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      word += text[i];
      word += text[++i];
    } else if (text[i] == ' ' || text[i] == '\t') {
      if (!word.empty()) words.push_back(std::exchange(word, {}));
    } else {
      word += text[i];
    }
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

bool is_jobs_option(std::string_view word) {
  return word == "--jobs" || word.starts_with("--jobs=") || word.starts_with("--jobserver-auth=") ||
         word.starts_with("--jobserver-fds=");
}

/// `-kj8s` -> `-ks`; a word of letters only -> empty when nothing is left of it.
std::string without_jobs(std::string_view letters) {
  constexpr std::string_view with_argument = "CEIOWfol";  // what follows is no letter of its own
  std::string kept;
  std::size_t i = 0;
  while (i < letters.size()) {
    if (with_argument.find(letters[i]) != std::string_view::npos)
      return kept + std::string(letters.substr(i));
    if (letters[i] != 'j') {
      kept += letters[i++];
      continue;
    }
    ++i;
    while (i < letters.size() && is_digit(letters[i])) ++i;
  }
  return kept == "-" ? "" : kept;
}

}  // namespace

std::string with_jobserver(std::string_view makeflags, unsigned slots, std::string_view auth) {
  const auto words = words_of(makeflags);
  std::vector<std::string> kept;
  std::size_t at = 0;
  for (; at < words.size() && words[at] != "--"; ++at) {
    const std::string& word = words[at];
    if (is_jobs_option(word)) continue;
    // Only the first word may be letters without a dash.
    const bool letters = word.starts_with('-') ? !word.starts_with("--")
                                               : at == 0 && word.find('=') == std::string::npos;
    std::string rest = letters ? without_jobs(word) : word;
    if (!rest.empty()) kept.push_back(std::move(rest));
    const bool number_follows = letters && word.ends_with('j') && at + 1 < words.size() &&
                                std::all_of(words[at + 1].begin(), words[at + 1].end(), is_digit);
    if (number_follows) ++at;
  }
  kept.push_back(fmt::format("-j{}", slots));
  kept.push_back(fmt::format("--jobserver-auth={}", auth));
  kept.insert(kept.end(), words.begin() + static_cast<std::ptrdiff_t>(at), words.end());
  return fmt::format("{}", fmt::join(kept, " "));
}

}  // namespace pipectl
