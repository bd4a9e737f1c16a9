#include "cli/report/page.hpp"

#include <fmt/format.h>

#include <map>

#include "cli/report/page_files.hpp"
#include "core/base/sha256_base64.hpp"

namespace pipectl::cli {
namespace {

using Values = std::map<std::string_view, std::string>;

/// For text between tags.
std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '&')
      safe += "&amp;";
    else if (c == '<')
      safe += "&lt;";
    else if (c == '>')
      safe += "&gt;";
    else
      safe += c;
  }
  return safe;
}

/// JSON stays the same JSON when these stand there as escapes: they occur in texts only.
std::string without_markup(std::string_view json) {
  std::string safe;
  safe.reserve(json.size() + json.size() / 16);
  for (const char c : json) {
    if (c == '<' || c == '>' || c == '&')
      safe += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    else
      safe += c;
  }
  return safe;
}

/// What was filled in is not looked at again.
std::string filled_in(std::string_view text, const Values& values) {
  std::string page;
  while (true) {
    const auto begin = text.find("{{");
    const auto end = text.find("}}", begin);
    if (begin == std::string_view::npos || end == std::string_view::npos) break;
    page += text.substr(0, begin);
    const auto value = values.find(text.substr(begin + 2, end - begin - 2));
    if (value != values.end()) page += value->second;
    text.remove_prefix(end + 2);
  }
  page += text;
  return page;
}

}  // namespace

std::string html_page(std::string_view title, std::string_view data) {
  // A function of its own: the parts of the script share nothing with anything else.
  const std::string script = fmt::format("'use strict';\n(() => {{\n{}}})();\n", page_script);
  const std::string policy = fmt::format(
      "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; "
      "base-uri 'none'; form-action 'none'",
      sha256_base64(script), sha256_base64(page_style));
  return filled_in(page_template, {{"policy", policy},
                                   {"title", escaped(title)},
                                   {"style", std::string(page_style)},
                                   {"data", without_markup(data)},
                                   {"script", script}});
}

}  // namespace pipectl::cli
