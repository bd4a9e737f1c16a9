#include "core/base/redactor.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <random>
#include <set>
#include <thread>

#include "core/base/secret_forms.hpp"
#include "core/base/wrap_index.hpp"

using namespace pipectl;
using Catch::Matchers::ContainsSubstring;

namespace {

using Ranges = std::vector<std::pair<std::size_t, std::size_t>>;

/// Where `form` stands in `text` with at least one line break in it.
void find_wrapped(std::string_view text, std::string_view form, Ranges& found) {
  for (std::size_t begin = 0; begin < text.size(); ++begin) {
    std::size_t before = 0;
    while (before < form.size() && text.substr(begin + before, 1) == form.substr(before, 1))
      ++before;
    const Fit fit = fit_wrapped(text, begin, form, 0);
    if (before == form.size() || fit.kind != Fit::Kind::whole) continue;
    const bool clipped = before <= visible_before_gap;
    found.emplace_back(clipped ? behind(gap_at(text, begin + before), form, before) : begin,
                       fit.end);
  }
}

/// The definition, in the plainest way: mark every byte of every occurrence, join what overlaps.
std::string naive(std::string_view text, const std::set<std::string>& forms,
                  const std::set<std::string>& wrapped) {
  Ranges found;
  for (const auto& form : forms)
    for (auto at = text.find(form); at != std::string_view::npos; at = text.find(form, at + 1))
      found.emplace_back(at, at + form.size());
  for (const auto& form : wrapped) find_wrapped(text, form, found);
  std::sort(found.begin(), found.end());
  std::string out;
  std::size_t end = 0;
  for (const auto& [from, to] : found) {
    if (from >= end) {
      out += text.substr(end, from - end);
      out += "***";
    }
    end = std::max(end, to);
  }
  out += text.substr(end);
  return out;
}

class Chance {
 public:
  explicit Chance(unsigned seed) : engine_(seed) {}
  std::size_t below(std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(engine_);
  }
  std::string text(std::size_t size, std::string_view letters) {
    std::string made;
    while (made.size() < size) made += letters[below(letters.size())];
    return made;
  }

 private:
  std::mt19937 engine_;
};

struct Secrets {
  Redactor redactor;
  std::set<std::string> forms;
  std::set<std::string> wrapped;
  std::vector<std::string> list;
  void add(const std::string& value) {
    REQUIRE(redactor.add("S", value));
    for (auto& form : secret_forms(value)) forms.insert(std::move(form));
    for (auto& form : wrapped_forms(value)) wrapped.insert(std::move(form));
    forms.insert(wrapped.begin(), wrapped.end());
    list.assign(forms.begin(), forms.end());
  }
};

/// With line breaks at irregular places, mostly some characters apart.
std::string folded(std::string_view form, Chance& chance) {
  constexpr std::array<std::string_view, 6> breaks{"\n", "\n", "\r\n", "\n  ", "\\n", "\n\n"};
  const auto size = chance.below(3) == 0 ? chance.below(form.size() + 1) : form.size();
  std::string text;
  for (std::size_t at = 0; at < size;) {
    const std::size_t width = (at == 0 ? 1 : 3) + chance.below(9);
    if (at != 0) text += breaks[chance.below(breaks.size())];
    text += form.substr(at, std::min(width, size - at));
    at += width;
  }
  return text;
}

/// Text in which forms, beginnings and ends of forms and noise follow each other.
std::string salted(Chance& chance, const Secrets& secrets, std::string_view letters) {
  std::string text;
  const auto parts = 1 + chance.below(12);
  for (std::size_t i = 0; i < parts; ++i) {
    const auto& form = secrets.list[chance.below(secrets.list.size())];
    switch (chance.below(5)) {
      case 4:
        text += folded(form, chance);
        break;
      case 0:
        text += form;
        break;
      case 1:
        text += form.substr(0, chance.below(form.size()));
        break;
      case 2:
        text += form.substr(chance.below(form.size()));
        break;
      default:
        text += chance.text(chance.below(30), letters);
    }
  }
  return text;
}

std::string streamed(const Redactor& redactor, std::string_view text, Chance& chance,
                     std::size_t largest_piece) {
  const auto stream = redactor.stream();
  std::string out;
  while (!text.empty()) {
    const auto size = std::min(text.size(), 1 + chance.below(largest_piece));
    stream->push(text.substr(0, size), out);
    text.remove_prefix(size);
  }
  stream->finish(out);
  return out;
}

}  // namespace

TEST_CASE("without secrets nothing changes", "[redaction]") {
  const Redactor redactor;
  CHECK(redactor.redact("") == "");
  CHECK(redactor.redact("any text") == "any text");
  CHECK_FALSE(redactor.contains_secret("any text"));
}

TEST_CASE("a secret becomes three stars", "[redaction]") {
  Secrets secrets;
  secrets.add("hunter2!");
  CHECK(secrets.redactor.redact("pw=hunter2!, again hunter2!hunter2!") == "pw=***, again ******");
  CHECK(secrets.redactor.redact("hunter2") == "hunter2");
  CHECK(secrets.redactor.contains_secret("x hunter2! y"));
  CHECK(secrets.redactor.contains_secret("hunter2%21"));
  CHECK_FALSE(secrets.redactor.contains_secret("hunter2"));
  CHECK_FALSE(secrets.redactor.contains_secret("hunter"));
}

TEST_CASE("overlapping and nested secrets become one", "[redaction]") {
  Secrets secrets;
  for (const auto* value : {"abcdef", "defghi", "bcde", "aaaa"}) secrets.add(value);
  CHECK(secrets.redactor.redact("-abcdefghi-") == "-***-");
  CHECK(secrets.redactor.redact("-abcdef-") == "-***-");
  CHECK(secrets.redactor.redact("-aaaaaaaaa-") == "-***-");
  CHECK(secrets.redactor.redact("abcdefbcdedefghi") == "*********");  // touching is not overlapping
}

TEST_CASE("a short value is refused by name, without the value", "[redaction]") {
  Redactor redactor;
  const auto added = redactor.add("TOKEN", "xyz");
  REQUIRE_FALSE(added);
  CHECK(added.error().fault == Fault::usage);
  CHECK_THAT(added.error().message, ContainsSubstring("TOKEN") && !ContainsSubstring("xyz"));
}

TEST_CASE("split at every place", "[redaction]") {
  Secrets secrets;
  for (const auto* value : {"hunter2 pass/word", "second\nsecret line\nthird", "nter2 pa", "-----"})
    secrets.add(value);
  Chance chance(1);
  for (int round = 0; round < 30; ++round) {
    const auto text = salted(chance, secrets, "hunter2 -\n");
    const auto expected = naive(text, secrets.forms, secrets.wrapped);
    for (std::size_t first = 0; first <= text.size(); ++first) {
      const auto stream = secrets.redactor.stream();
      std::string out;
      stream->push(std::string_view(text).substr(0, first), out);
      stream->push(std::string_view(text).substr(first), out);
      stream->finish(out);
      REQUIRE(out == expected);
    }
  }
}

TEST_CASE("as the plainest definition has it, whatever the secrets and pieces", "[redaction]") {
  // Few letters make many beginnings, overlaps and repetitions.
  for (unsigned seed = 0; seed < 150; ++seed) {
    Chance chance(seed);
    const std::string_view letters = seed % 3 == 0   ? "ab"
                                     : seed % 3 == 1 ? "abc\n\"/ "
                                                     : "abcdefghijklmnopqrstuvwxyz0123456789+/=\n";
    Secrets secrets;
    for (std::size_t i = 0; i <= chance.below(5); ++i)
      secrets.add("x" + chance.text(3 + chance.below(60), letters) + "y");
    secrets.add(chance.text(4 + chance.below(40), "ab"));
    for (int round = 0; round < 20; ++round) {
      const auto text = salted(chance, secrets, letters);
      const auto expected = naive(text, secrets.forms, secrets.wrapped);
      REQUIRE(secrets.redactor.redact(text) == expected);
      REQUIRE(secrets.redactor.contains_secret(text) == (expected != text));
      REQUIRE(streamed(secrets.redactor, text, chance, 1) == expected);
      REQUIRE(streamed(secrets.redactor, text, chance, 7) == expected);
      REQUIRE(streamed(secrets.redactor, text, chance, 200) == expected);
    }
  }
}

TEST_CASE("every form is found wherever it stands", "[redaction]") {
  Secrets secrets;
  secrets.add(
      "p@ss \"wörd\"/ü\n-----BEGIN KEY-----\nMIIEpAIBAAKCAQEA+abc/def==\n-----END KEY-----");
  secrets.add("ghp_16C7e42F292c6912E7710c838347Ae178B4a");
  for (const auto& form : secrets.list)
    for (const std::size_t before : {0U, 1U, 2U, 3U, 15U, 16U, 17U, 63U, 64U}) {
      const std::string filler(before, '.');
      REQUIRE(secrets.redactor.redact(filler + form + ".") == filler + "***.");
    }
}

TEST_CASE("what cannot begin a secret is not held back", "[redaction]") {
  Secrets secrets;
  secrets.add("secret-value");
  const auto stream = secrets.redactor.stream();
  std::string out;
  stream->push("prompt> ", out);
  CHECK(out == "prompt> ");
  stream->push("sec", out);
  CHECK(out == "prompt> ");
  stream->push("t", out);
  CHECK(out == "prompt> sect");
  stream->push("secret-valu", out);
  CHECK(out == "prompt> sect");
  stream->push("e!", out);
  CHECK(out == "prompt> sect***!");
  stream->finish(out);
  CHECK(out == "prompt> sect***!");
}

TEST_CASE("a stream that ends within a beginning gives it out", "[redaction]") {
  Secrets secrets;
  secrets.add("secret-value");
  secrets.add("cret");
  const auto stream = secrets.redactor.stream();
  std::string out;
  stream->push("my secret-val", out);
  stream->finish(out);
  CHECK(out == "my se***-val");
}

TEST_CASE("a stream knows the secrets of its beginning", "[redaction]") {
  Secrets secrets;
  secrets.add("first-secret");
  const auto stream = secrets.redactor.stream();
  secrets.add("second-secret");
  std::string out;
  stream->push("first-secret second-secret.", out);
  stream->finish(out);
  CHECK(out == "*** second-secret.");
  CHECK(secrets.redactor.redact("first-secret second-secret") == "*** ***");
}

TEST_CASE("secrets may be added while others redact", "[redaction]") {
  Redactor redactor;
  REQUIRE(redactor.add("S", "secret-zero"));
  std::atomic<bool> stop{false};
  std::atomic<int> leaks{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i)
    threads.emplace_back([&] {
      while (!stop)
        if (redactor.redact("a secret-zero b") != "a *** b") ++leaks;
    });
  for (int i = 0; i < 50; ++i) REQUIRE(redactor.add("S", "another-" + std::to_string(i)));
  stop = true;
  for (auto& thread : threads) thread.join();
  CHECK(leaks == 0);
}
