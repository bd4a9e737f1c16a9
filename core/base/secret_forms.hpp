#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pipectl {

/// Fewer characters than this cannot be hidden without hiding half of every text.
constexpr std::size_t shortest_secret = 4;

/// Characters of UTF-8 text; every byte that continues nothing counts as one.
[[nodiscard]] std::size_t character_count(std::string_view text) noexcept;

/// Every form in which a secret could show up in text, each once: the value, also with its line
/// ends as \n and as \r\n, and each of its lines of 6 characters or more; each of these raw, in
/// base64, hexadecimal, percent-encoded, JSON-escaped, quoted-printable, quoted for a shell and
/// escaped for XML. Line breaks at either end of the value are left out. Empty when fewer than
/// `shortest_secret` characters remain; else no form is shorter than 4 bytes.
[[nodiscard]] std::vector<std::string> secret_forms(std::string_view value);

/// The forms that are looked for also when they were wrapped over lines, without the line breaks:
/// base64 and hexadecimal, and raw and quoted-printable of 8 bytes or more (less could stand at the
/// ends of two lines by chance). None is shorter than 4 bytes.
[[nodiscard]] std::vector<std::string> wrapped_forms(std::string_view value);

/// Base64 of some bytes inside a longer text: three alignments, two alphabets (RFC 4648, sections 4
/// and 5), without the characters at the edges that also depend on the neighbours.
[[nodiscard]] std::vector<std::string> base64_forms(std::string_view bytes);

/// Percent-encoded, in upper and lower case, by the rules of RFC 3986, encodeURIComponent,
/// encodeURI, path and form encoders (space as +), and with every byte encoded.
[[nodiscard]] std::vector<std::string> percent_forms(std::string_view bytes);

/// Quoted-printable (RFC 2045, section 6.7) as mail has it: of text, whose line ends stay, of
/// bytes, and with blanks encoded. Its soft line breaks are those of wrapped text
/// (wrapped_text.hpp).
[[nodiscard]] std::vector<std::string> quoted_printable_forms(std::string_view bytes);

/// Two digits for each byte, in lower and upper case.
[[nodiscard]] std::vector<std::string> hexadecimal_forms(std::string_view bytes);

/// Inside of single quotes (`'\''`, `'"'"'`), of double quotes, of `$'…'`, and with backslashes, as
/// `set -x`, `printf %q`, `${x@Q}` and shlex.quote write it.
[[nodiscard]] std::vector<std::string> shell_forms(std::string_view text);

/// With the entities of XML and HTML for & < >, and for quotes by the rules of common writers.
[[nodiscard]] std::vector<std::string> xml_forms(std::string_view text);

/// As the inside of a JSON string, with and without \u for what is not ASCII, / escaped or not, and
/// with the characters of HTML escaped as Go and .NET do.
[[nodiscard]] std::vector<std::string> json_forms(std::string_view text);

}  // namespace pipectl
