#include "core/base/secret_forms.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

using namespace pipectl;

namespace {

bool holds(const std::vector<std::string>& forms, std::string_view form) {
  return std::find(forms.begin(), forms.end(), form) != forms.end();
}

/// Some form lies in `text`.
bool covered(std::string_view value, std::string_view text) {
  const auto forms = secret_forms(value);
  return std::any_of(forms.begin(), forms.end(),
                     [&](const auto& form) { return text.find(form) != std::string_view::npos; });
}

}  // namespace

TEST_CASE("too short a value has no forms", "[redaction]") {
  CHECK(secret_forms("").empty());
  CHECK(secret_forms("abc").empty());
  CHECK(secret_forms("abc\r\n\n").empty());
  CHECK(secret_forms("\n\n\n\n\n").empty());
  CHECK(secret_forms("äöü").empty());  // three characters, six bytes
  CHECK_FALSE(secret_forms("abcd").empty());
}

TEST_CASE("no form is shorter than four bytes", "[redaction]") {
  for (const std::string_view value :
       {"abcd", "a\r\nb", "äöüß", "a b c d", "\x01\x02\x03\x04", "abcdefg"})
    for (const auto& form : secret_forms(value)) CHECK(form.size() >= 4);
}

TEST_CASE("lines of a value, and the value without its last line break", "[redaction]") {
  const auto forms = secret_forms("first line\r\nabcde\nsixsix\n");
  CHECK(holds(forms, "first line\r\nabcde\nsixsix"));
  CHECK(holds(forms, "first line"));
  CHECK(holds(forms, "sixsix"));
  CHECK_FALSE(holds(forms, "abcde"));
}

// The texts in base64 are what coreutils' base64 and basenc --base64url print.
TEST_CASE("base64 at every alignment", "[redaction]") {
  CHECK(covered("hunter2-secret", "aHVudGVyMi1zZWNyZXQ="));          // the value alone
  CHECK(covered("hunter2-secret", "eGh1bnRlcjItc2VjcmV0eXo="));      // x…yz
  CHECK(covered("hunter2-secret", "eHlodW50ZXIyLXNlY3JldHo="));      // xy…z
  CHECK(covered("hunter2-secret", "dXNlcjpodW50ZXIyLXNlY3JldA=="));  // user:…
  CHECK(covered("\xfb\xff\xbf\xfe\xfb\xff\xbf", "+/+//vv/vw=="));
  CHECK(covered("\xfb\xff\xbf\xfe\xfb\xff\xbf", "-_-__vv_vw=="));
}

TEST_CASE("base64 leaves out what the neighbours decide", "[redaction]") {
  // 'abcd': YWJjZA, x+: eGFiY2Q, xx+: eHhhYmNk
  CHECK(base64_forms("abcd") ==
        std::vector<std::string>{"YWJjZ", "YWJjZ", "FiY2", "FiY2", "hYmNk", "hYmNk"});
}

TEST_CASE("percent-encoded by several rules", "[redaction]") {
  const auto forms = percent_forms("p@ss w~rd/é!");
  CHECK(holds(forms, "p%40ss%20w~rd%2F%C3%A9%21"));  // RFC 3986
  CHECK(holds(forms, "p%40ss%20w~rd%2f%c3%a9%21"));
  CHECK(holds(forms, "p%40ss+w~rd%2F%C3%A9%21"));    // Go
  CHECK(holds(forms, "p%40ss%20w~rd%2F%C3%A9!"));    // encodeURIComponent
  CHECK(holds(forms, "p@ss%20w~rd/%C3%A9!"));        // encodeURI
  CHECK(holds(forms, "p%40ss+w%7Erd%2F%C3%A9%21"));  // Java
  CHECK(holds(forms, "p%40ss%20w~rd/%C3%A9%21"));    // Python
  CHECK(holds(forms, "%70%40%73%73%20%77%7E%72%64%2F%C3%A9%21"));
}

TEST_CASE("JSON with and without \\u", "[redaction]") {
  const auto forms = json_forms("a\"b\\c\n\t\x01/é€😀<&'");
  CHECK(holds(forms, R"(a\"b\\c\n\t\u0001/é€😀<&')"));
  CHECK(holds(forms, R"(a\"b\\c\n\t\u0001\/é€😀<&')"));
  CHECK(holds(forms, R"(a\"b\\c\n\t\u0001/\u00e9\u20ac\ud83d\ude00<&')"));
  CHECK(holds(forms, R"(a\"b\\c\n\t\u0001/\u00E9\u20AC\uD83D\uDE00<&')"));
  CHECK(holds(forms, R"(a\"b\\c\n\t\u0001/é€😀\u003c\u0026')"));  // Go
  CHECK(
      holds(forms, R"(a\u0022b\\c\n\t\u0001/\u00E9\u20AC\uD83D\uDE00\u003C\u0026\u0027)"));  // .NET
}

TEST_CASE("bytes that are no UTF-8 stay as they are", "[redaction]") {
  for (const std::string_view bytes : {"\xff\xfe\xc3", "\xe2\x82", "\xf0\x9f\x98x", "\xc0\x80xy"})
    for (const auto& form : json_forms(bytes)) CHECK(form == bytes);
}

// What Python's quopri prints.
TEST_CASE("quoted-printable of text, with blanks encoded, and of bytes", "[redaction]") {
  const auto forms = quoted_printable_forms("p w=\u00e9\tx\ny");
  CHECK(holds(forms, "p w=3D=C3=A9\tx\ny"));
  CHECK(holds(forms, "p=20w=3D=C3=A9=09x\ny"));
  CHECK(holds(forms, "p w=3D=C3=A9\tx=0Ay"));
  CHECK(covered("p w=\u00e9\tx\ny", "<p=20w=3D=C3=A9=09x\r\ny>"));
}

TEST_CASE("a \\r alone ends a line for some, and for others nothing", "[redaction]") {
  const auto forms = secret_forms("ab\rcd");
  CHECK(holds(forms, "ab\rcd"));
  CHECK(holds(forms, "ab\ncd"));
  CHECK(holds(forms, "ab\r\ncd"));
}

// What bash 5.2, dash and Python's shlex print.
TEST_CASE("quoted for a shell", "[redaction]") {
  const std::string value = "it's a \"q\" \\ $x `y` é!\n#end~";
  const auto forms = shell_forms(value);
  CHECK(holds(forms, "it'\\''s a \"q\" \\ $x `y` é!\n#end~"));
  CHECK(holds(forms, "it'\"'\"'s a \"q\" \\ $x `y` é!\n#end~"));
  CHECK(holds(forms, "it's a \\\"q\\\" \\\\ \\$x \\`y\\` é!\n#end~"));
  CHECK(holds(forms, "it\\'s a \"q\" \\\\ $x `y` é!\\n#end~"));
  CHECK(holds(forms, "it\\'s a \"q\" \\\\ $x `y` \\303\\251!\\n#end~"));
  CHECK(covered("a b'c;d", "printf a\\ b\\'c\\;d"));
}

TEST_CASE("in hexadecimal, and escaped for XML", "[redaction]") {
  CHECK(covered("hunter2é", "0x68756e74657232c3a9"));
  CHECK(covered("hunter2é", "68756E74657232C3A9"));
  for (const auto* text :
       {"a&lt;b&amp;\"c'", "a&lt;b&amp;&quot;c'", "a&lt;b&amp;&quot;c&apos;",
        "a&lt;b&amp;&quot;c&#39;", "a&lt;b&amp;&quot;c&#x27;", "a&lt;b&amp;&#34;c&#39;"})
    CHECK(covered("a<b&\"c'", text));
}
