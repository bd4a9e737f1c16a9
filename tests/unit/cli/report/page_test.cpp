#include "cli/report/page.hpp"

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/report/page_files.hpp"

namespace pipectl::cli {
namespace {

std::string between(const std::string& text, std::string_view from, std::string_view to) {
  const auto begin = text.find(from) + from.size();
  return text.substr(begin, text.find(to, begin) - begin);
}

TEST_CASE("what the data holds cannot end its element, and stays the same data") {
  const nlohmann::json data{{"a", "</script><!--<script>&amp; {{script}} {{title}}"}};
  const auto page = html_page("t", data.dump());
  const auto kept = between(page, R"(id="data">)", "</script>");
  CHECK(kept.find_first_of("<>&") == std::string::npos);
  CHECK(nlohmann::json::parse(kept) == data);
}

TEST_CASE("a title is text, and nothing of the template is left") {
  const auto page = html_page("<b>&\"</b> {{data}}", "{}");
  CHECK(between(page, "<title>", "</title>") == "&lt;b&gt;&amp;\"&lt;/b&gt; {{data}}");
  CHECK(page.find("{{policy}}") == std::string::npos);
  CHECK(page.find(page_style) != std::string::npos);
}

TEST_CASE("style and script end where the page says") {
  CHECK(page_style.find("</") == std::string_view::npos);
  CHECK(page_script.find("</script") == std::string_view::npos);
  CHECK(page_script.find("<!--") == std::string_view::npos);
  CHECK(page_script.find("innerHTML") == std::string_view::npos);
  CHECK(page_script.find('\r') == std::string_view::npos);
}

}  // namespace
}  // namespace pipectl::cli
