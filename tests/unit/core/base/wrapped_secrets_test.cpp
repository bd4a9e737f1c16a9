#include <openssl/evp.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "core/base/redactor.hpp"
#include "core/base/secret_forms.hpp"

using namespace pipectl;
using Catch::Matchers::ContainsSubstring;

namespace {

const std::string token = "ghp_16C7e42F292c6912E7710c838347Ae178B4a";

std::string base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

std::string for_urls(std::string text) {
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  return text;
}

/// As fold and base64 do it.
std::string wrapped(std::string_view text, std::size_t width, std::string_view line_end) {
  std::string lines;
  for (std::size_t at = 0; at < text.size(); at += width) {
    if (at != 0) lines += line_end;
    lines += text.substr(at, width);
  }
  return lines;
}

std::string in_pieces(const Redactor& redactor, std::string_view text, std::size_t size) {
  const auto stream = redactor.stream();
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += size) stream->push(text.substr(at, size), out);
  stream->finish(out);
  return out;
}

std::string in_two(const Redactor& redactor, std::string_view text, std::size_t first) {
  const auto stream = redactor.stream();
  std::string out;
  stream->push(text.substr(0, first), out);
  stream->push(text.substr(first), out);
  stream->finish(out);
  return out;
}

/// What of a wrapped text is left to read.
std::string joined(std::string text) {
  std::erase_if(text, [](char byte) { return byte == '\n' || byte == '\r' || byte == ' '; });
  return text;
}

/// The longest run of `text` that is also one of `encoded`, in characters.
std::size_t longest_common(std::string_view text, std::string_view encoded) {
  std::size_t longest = 0;
  for (std::size_t begin = 0; begin < encoded.size(); ++begin)
    while (begin + longest < encoded.size() &&
           text.find(encoded.substr(begin, longest + 1)) != std::string_view::npos)
      ++longest;
  return longest;
}

struct Redacting {
  Redactor redactor;
  explicit Redacting(std::string_view value = token) { REQUIRE(redactor.add("S", value)); }
};

}  // namespace

TEST_CASE("base64 over lines, at every width, alignment and place of the break", "[redaction]") {
  const Redacting with;
  // The last character of the encoded secret also depends on what follows, the first on what went
  // before; up to two more stay in front of a line break.
  constexpr std::size_t readable = 3;
  for (std::size_t before = 0; before < 90; ++before)
    for (const std::size_t width : {4U, 5U, 7U, 19U, 60U, 64U, 76U}) {
      const auto text = base64(std::string(before, '~') + token + "~~~~~");
      const auto secret = text.substr(before * 4 / 3, token.size() * 4 / 3);
      for (const auto* line_end : {"\n", "\r\n", "\n    "}) {
        const auto lines = wrapped(text, width, line_end);
        const auto out = with.redactor.redact(lines);
        REQUIRE(longest_common(joined(out), secret) <= readable);
        REQUIRE(with.redactor.contains_secret(lines));
        REQUIRE(in_pieces(with.redactor, lines, 1) == out);
        REQUIRE(in_pieces(with.redactor, lines, width) == out);
      }
    }
}

TEST_CASE("a line break split between two reads", "[redaction]") {
  const Redacting with;
  for (const std::size_t before : {0U, 1U, 2U, 35U, 40U, 44U, 53U, 56U})
    for (const auto* line_end : {"\n", "\r\n", "\\n", "\\r\\n", "\r\n\t  "}) {
      const auto text = wrapped(base64(std::string(before, '~') + token + "~~"), 76, line_end);
      const auto out = with.redactor.redact(text);
      for (std::size_t first = 0; first <= text.size(); ++first)
        REQUIRE(in_two(with.redactor, text, first) == out);
    }
}

TEST_CASE("the alphabet for URLs over lines", "[redaction]") {
  const std::string value = "\xfb\xff\xbf\xfe\xfb\xff\xbf\xfb\xff\xbf\xfe\xfb\xff\xbf";
  const Redacting with(value);
  const auto text = for_urls(base64(value));
  for (std::size_t width = 4; width < text.size(); ++width)
    CHECK_THAT(with.redactor.redact(wrapped(text, width, "\n")), ContainsSubstring("***"));
}

TEST_CASE("base64 over lines within a JSON string", "[redaction]") {
  const Redacting with;
  const auto text = "{\"ca\": \"" + wrapped(base64("12345678901" + token), 16, "\\n") + "\\n\"}";
  const auto out = with.redactor.redact(text);
  CHECK_THAT(out, ContainsSubstring("***"));
  CHECK(longest_common(out, base64("12345678901" + token).substr(16)) <= 3);
}

TEST_CASE("a folded secret", "[redaction]") {
  const Redacting with;
  for (std::size_t before = 60; before < 80; ++before) {
    const auto text = wrapped(std::string(before, '.') + token + "!", 80, "\n");
    const auto out = with.redactor.redact(text);
    INFO(text);
    CHECK(longest_common(joined(out), token) <= 2);
    CHECK(out.back() == '!');
  }
  const Redacting phrase("correct horse battery staple");
  CHECK(phrase.redactor.redact("it is correct\n horse battery\n staple.") == "it is ***.");
  CHECK(phrase.redactor.redact("it is correct \nhorse battery \nstaple.") == "it is ***.");
  CHECK(phrase.redactor.redact("it is correct\nhorse") == "it is correct\nhorse");
}

TEST_CASE("a secret of several lines, with other line ends and indentation", "[redaction]") {
  const std::string key = "-----BEGIN KEY-----\nMIIEpAIBAAKCAQEA\nabcd\nx9/=\n-----END KEY-----\n";
  const Redacting with(key);
  std::string crlf;
  std::string indented = "key: |";
  for (const char byte : "\n" + key.substr(0, key.size() - 1))
    indented += byte == '\n' ? "\n    " : std::string(1, byte);
  for (const char byte : key) crlf += byte == '\n' ? "\r\n" : std::string(1, byte);
  CHECK(with.redactor.redact("<" + crlf + ">") == "<***\r\n>");
  CHECK(with.redactor.redact(indented + "\nnext: 1") == "key: |\n    ***\nnext: 1");
  std::string one_line = key;
  std::erase(one_line, '\n');
  CHECK(with.redactor.redact(one_line) == "***");
  CHECK_THAT(with.redactor.redact(base64(crlf)), !ContainsSubstring(base64(crlf).substr(8, 8)));
  CHECK_THAT(with.redactor.redact(base64(key)), !ContainsSubstring(base64(key).substr(8, 8)));
}

TEST_CASE("mail: quoted-printable with its soft line breaks", "[redaction]") {
  const std::string value = "p\u00e4ssword=1 & a tail of \u20ac that is long";
  const Redacting with(value);
  for (const auto& form : quoted_printable_forms(value))
    for (const auto* soft : {"=\n", "=\r\n"})
      for (std::size_t at = 1; at < form.size(); ++at) {
        const auto text = "pw: " + form.substr(0, at) + soft + form.substr(at) + ".\n";
        const auto out = with.redactor.redact(text);
        INFO(text);
        REQUIRE_THAT(out, ContainsSubstring("***"));
        REQUIRE(longest_common(joined(out).substr(3), form) <= 3);  // with the `.` and the `=`
        for (std::size_t first = 0; first <= text.size(); ++first)
          REQUIRE(in_two(with.redactor, text, first) == out);
        REQUIRE(in_pieces(with.redactor, text, 1) == out);
      }
  // A `=` at the end of a line that is no soft break.
  CHECK(with.redactor.redact("a=\nb") == "a=\nb");
  const Redacting padded("abcd=efgh=ijkl");
  CHECK(padded.redactor.redact("abcd=\nefgh=ijkl") == "***");
  CHECK(padded.redactor.redact("abcd=3Defg=\nh=3Dijkl") == "***");
}

TEST_CASE("lines that end with a \\r alone, as progress bars and old files have them",
          "[redaction]") {
  const Redacting with;
  for (std::size_t at = 1; at < token.size(); ++at)
    for (const auto* line_end : {"\r", "\r  ", "\r\r", "\r\r\n"}) {
      const auto text = token.substr(0, at) + line_end + token.substr(at) + "\r";
      const auto out = with.redactor.redact(text);
      INFO(at);
      REQUIRE(longest_common(joined(out), token) <= 3);
      for (std::size_t first = 0; first <= text.size(); ++first)
        REQUIRE(in_two(with.redactor, text, first) == out);
    }
  CHECK(with.redactor.redact("10%\r20%\r\n") == "10%\r20%\r\n");
}

TEST_CASE("lines that only look a little like a secret are shown at once", "[redaction]") {
  const Redacting with;
  for (const std::string line : {"a log\n", "a lin\n", "g\n", "gh\n", "a\r\n", "Z\n    "}) {
    const auto stream = with.redactor.stream();
    std::string out;
    stream->push(line, out);
    CHECK(out == line);
  }
}

TEST_CASE("what ends two lines by chance is no secret", "[redaction]") {
  const Redacting with("abcdef");
  CHECK(with.redactor.redact("tabc\ndefine") == "tabc\ndefine");
  CHECK(with.redactor.redact("t abcdef\nine") == "t ***\nine");
  const Redacting longer("abcdefgh");
  CHECK(longer.redactor.redact("abc\nd\nefgh") == "abc\nd\nefgh");  // nobody wraps like that
}

TEST_CASE("a secret of 64 KiB in every form", "[redaction]") {
  std::string value;
  for (int i = 0; value.size() < 64 * 1024; ++i)
    value += std::to_string(i * 7919) + " \"line\" é€😀 \\ <&>\n" + (i % 7 == 0 ? "\n" : "");
  const Redacting with(value);
  for (const auto& forms : {percent_forms(value), json_forms(value), quoted_printable_forms(value)})
    for (const auto& form : forms) {
      const auto out = with.redactor.redact("<" + form + ">");
      CHECK(out.size() < 20);
      CHECK(in_pieces(with.redactor, "<" + form + ">", 65'536) == out);
    }
  const auto text = base64("x" + value);
  for (const auto& form : {value, base64(value), text, for_urls(text), wrapped(text, 76, "\n"),
                           wrapped(base64(value), 64, "\r\n")}) {
    const auto out = with.redactor.redact("<" + form + ">");
    CHECK(out.size() < 20);
    CHECK(in_pieces(with.redactor, "<" + form + ">", 65'536) == out);
  }
}

TEST_CASE("the byte before a line break is held for another form, the one before it is out",
          "[redaction]") {
  Redactor redactor;
  REQUIRE(redactor.add("KEY", "x\r\nbx/=xqy"));
  const std::string text = "<bx\n/=3Dxqy>";
  CHECK(redactor.redact(text) == "<bx\n***>");
  CHECK(in_pieces(redactor, text, 1) == "<bx\n***>");
}
