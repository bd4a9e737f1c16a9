#include "core/base/glob.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

#include "core/base/text.hpp"
#include "core/base/utf8.hpp"

namespace pipectl {
namespace {

/// Characters of a text; a byte that is no UTF-8 becomes a code that no valid text has.
std::u32string characters(std::string_view text) {
  std::u32string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Utf8Char next = first_utf8_char(text);
    out += next.valid ? next.code : char32_t{0x110000} + next.code;
    text.remove_prefix(next.length);
  }
  return out;
}

/// The index of the `]` that closes the set opened at `at`, or nothing.
std::optional<std::size_t> end_of_set(const std::u32string& pattern, std::size_t at) {
  std::size_t i = at + 1;
  if (i < pattern.size() && (pattern[i] == U'!' || pattern[i] == U'^')) ++i;
  // A `]` in the first place belongs to the set.
  for (const std::size_t first = i; i < pattern.size(); ++i) {
    if (pattern[i] == U'\\') {
      ++i;
    } else if (pattern[i] == U']' && i > first) {
      return i;
    }
  }
  return std::nullopt;
}

}  // namespace

/// Translates a pattern into steps, front to back, once.
class Glob::Compiler {
 public:
  Compiler(Glob& glob, std::string_view pattern) : glob_(glob), pattern_(characters(pattern)) {
    mark_braces();
  }

  void compile() {
    while (at_ < pattern_.size()) step();
    emit(Op::match);
  }

  char unclosed() const {
    if (first_unclosed_set_ < pattern_.size()) return '[';
    return all_braces_closed_ ? '\0' : '{';
  }

 private:
  /// An open `{`: where its latest way begins and the jumps that lead behind it.
  struct Brace {
    std::uint32_t split;
    std::vector<std::uint32_t> jumps;
  };

  std::uint32_t here() const { return static_cast<std::uint32_t>(glob_.steps_.size()); }

  std::uint32_t emit(Op op, std::uint32_t a = 0, std::uint32_t b = 0) {
    glob_.steps_.push_back({op, a, b});
    return here() - 1;
  }

  /// Finds the braces that are closed; the others stand for themselves.
  void mark_braces() {
    closed_.assign(pattern_.size(), false);
    std::vector<std::size_t> open;
    std::size_t no_set_before = 0;  // an unclosed [ is looked for only once
    for (std::size_t i = 0; i < pattern_.size(); ++i) {
      if (pattern_[i] == U'\\') {
        ++i;
      } else if (pattern_[i] == U'[' && no_set_before == 0) {
        const auto end = end_of_set(pattern_, i);
        if (end) i = *end;
        if (!end) no_set_before = i + 1;
      } else if (pattern_[i] == U'{') {
        open.push_back(i);
      } else if (pattern_[i] == U'}' && !open.empty()) {
        closed_[open.back()] = closed_[i] = true;
        open.pop_back();
      }
    }
    first_unclosed_set_ = no_set_before == 0 ? pattern_.size() : no_set_before - 1;
    all_braces_closed_ = open.empty();
  }

  void step() {
    const char32_t c = pattern_[at_];
    if (c == U'*') return stars();
    if (c == U'?') return single(Op::not_slash);
    if (c == U'[' && at_ < first_unclosed_set_) return set();
    if (c == U'{' && closed_[at_]) return open_brace();
    if (c == U',' && !braces_.empty()) return next_way();
    if (c == U'}' && closed_[at_]) return close_brace();
    if (c == U'\\' && at_ + 1 < pattern_.size()) ++at_;
    emit(Op::character, static_cast<std::uint32_t>(pattern_[at_++]));
  }

  void single(Op op) {
    emit(op);
    ++at_;
  }

  void repeat(Op op) {
    const auto loop = emit(Op::split, here() + 1, here() + 3);
    emit(op);
    emit(Op::jump, loop);
  }

  void stars() {
    const bool first_in_folder = at_ == 0 || pattern_[at_ - 1] == U'/';
    const std::size_t begin = at_;
    while (at_ < pattern_.size() && pattern_[at_] == U'*') ++at_;
    if (at_ - begin == 1) return repeat(Op::not_slash);
    const bool whole_folders = first_in_folder && at_ < pattern_.size() && pattern_[at_] == U'/';
    if (!whole_folders) return repeat(Op::any);
    const auto none = emit(Op::split, here() + 1);
    repeat(Op::any);
    single(Op::character);
    glob_.steps_.back().a = U'/';
    glob_.steps_[none].b = here();
  }

  char32_t set_character() {
    if (pattern_[at_] == U'\\') ++at_;
    return pattern_[at_++];
  }

  void set() {
    const std::size_t end = *end_of_set(pattern_, at_);
    ++at_;
    const bool negated = pattern_[at_] == U'!' || pattern_[at_] == U'^';
    if (negated) ++at_;
    const auto first = static_cast<std::uint32_t>(glob_.ranges_.size());
    while (at_ < end) {
      const char32_t low = set_character();
      char32_t high = low;
      if (at_ + 1 < end && pattern_[at_] == U'-') {
        ++at_;
        high = set_character();
      }
      glob_.ranges_.emplace_back(low, high);
    }
    at_ = end + 1;
    emit(negated ? Op::not_in_set : Op::set, first,
         static_cast<std::uint32_t>(glob_.ranges_.size()));
  }

  void open_brace() {
    braces_.push_back({emit(Op::split, here() + 1), {}});
    ++at_;
  }

  void next_way() {
    auto& brace = braces_.back();
    brace.jumps.push_back(emit(Op::jump));
    glob_.steps_[brace.split].b = here();
    brace.split = emit(Op::split, here() + 1);
    ++at_;
  }

  void close_brace() {
    const auto& brace = braces_.back();
    glob_.steps_[brace.split].b = brace.split + 1;  // the last way is the only one left
    for (const auto jump : brace.jumps) glob_.steps_[jump].a = here();
    braces_.pop_back();
    ++at_;
  }

  Glob& glob_;
  std::u32string pattern_;
  std::vector<bool> closed_;
  std::size_t first_unclosed_set_{0};
  bool all_braces_closed_{true};
  std::size_t at_{0};
  std::vector<Brace> braces_;
};

/// All the steps that a path may have reached so far, moved on character by character.
class Glob::Run {
 public:
  explicit Run(const Glob& glob) : glob_(glob), seen_(glob.steps_.size(), 0) { reach(0); }

  bool over(std::string_view path) {
    swap_in();
    while (!path.empty() && !now_.empty()) {
      const Utf8Char next = first_utf8_char(path);
      feed(next.valid ? next.code : char32_t{0x110000} + next.code);
      path.remove_prefix(next.length);
      swap_in();
    }
    const auto is_match = [this](std::uint32_t s) { return glob_.steps_[s].op == Op::match; };
    return path.empty() && std::ranges::any_of(now_, is_match);
  }

 private:
  void swap_in() {
    now_.swap(next_);
    next_.clear();
    ++round_;
  }

  void feed(char32_t c) {
    for (const auto index : now_)
      if (takes(glob_.steps_[index], c)) reach(index + 1);
  }

  bool takes(const Step& step, char32_t c) const {
    switch (step.op) {
      case Op::character:
        return c == step.a;
      case Op::not_slash:
        return c != U'/';
      case Op::any:
        return true;
      case Op::set:
        return c != U'/' && in_set(step, c);
      case Op::not_in_set:
        return c != U'/' && !in_set(step, c);
      default:
        return false;
    }
  }

  bool in_set(const Step& step, char32_t c) const {
    for (auto i = step.a; i < step.b; ++i)
      if (c >= glob_.ranges_[i].first && c <= glob_.ranges_[i].second) return true;
    return false;
  }

  /// Adds a step and all that is reached from it without a character.
  void reach(std::uint32_t start) {
    pending_.push_back(start);
    while (!pending_.empty()) {
      const auto index = pending_.back();
      pending_.pop_back();
      if (seen_[index] == round_) continue;
      seen_[index] = round_;
      const Step& step = glob_.steps_[index];
      if (step.op == Op::split) pending_.push_back(step.b);
      if (step.op == Op::split || step.op == Op::jump) {
        pending_.push_back(step.a);
      } else {
        next_.push_back(index);
      }
    }
  }

  const Glob& glob_;
  std::vector<std::size_t> seen_;
  std::size_t round_{1};
  std::vector<std::uint32_t> now_;
  std::vector<std::uint32_t> next_;
  std::vector<std::uint32_t> pending_;
};

Glob::Glob(std::string_view pattern) { Compiler(*this, pattern).compile(); }

bool Glob::matches(std::string_view path) const { return Run(*this).over(path); }

char Glob::unclosed(std::string_view pattern) {
  Glob scratch("");
  return Compiler(scratch, pattern).unclosed();
}

std::optional<GlobProblem> glob_problem(std::string_view pattern) {
  const char open = Glob::unclosed(pattern);
  if (open == '\0') return std::nullopt;
  return GlobProblem{
      fmt::format("nothing closes the '{}' of the pattern '{}'", open, printable(pattern)),
      fmt::format("write \\{} for the character itself", open)};
}

bool glob_match(std::string_view pattern, std::string_view path) {
  if (pattern.find_first_of("*?[{\\") == std::string_view::npos) return pattern == path;
  return Glob(pattern).matches(path);
}

}  // namespace pipectl
