#include "core/yaml/syntax_error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/base/text.hpp"

namespace pipectl::yaml {
namespace {

struct Wording {
  const char* parser;  ///< how the parser's message begins
  std::string_view message;
  std::string_view hint;
};

constexpr std::string_view indentation = "check the indentation of this line and the one above";
constexpr std::string_view quote_it = "quote text that holds ': ' or ' #'";

namespace text = YAML::ErrorMsg;

const std::array wordings{
    Wording{text::END_OF_MAP_FLOW, "'}' or ',' is missing before this", {}},
    Wording{text::END_OF_SEQ_FLOW, "']' or ',' is missing before this", {}},
    Wording{text::END_OF_MAP, "this does not continue the mapping above it", indentation},
    Wording{text::END_OF_SEQ, "this does not continue the list above it", indentation},
    Wording{text::MAP_KEY, "a key is not allowed here", indentation},
    Wording{text::MAP_VALUE, "':' is not allowed here", quote_it},
    Wording{text::BLOCK_ENTRY, "'-' is not allowed here", "a list item needs a line of its own"},
    Wording{text::FLOW_END, "this bracket closes nothing", {}},
    Wording{text::UNKNOWN_TOKEN, "no value may begin with this character",
            "quote the text: '@', '`' and '%' have a meaning of their own in YAML"},
    Wording{text::EOF_IN_SCALAR, "the quotes are not closed", "end the text with the same quote"},
    Wording{text::DOC_IN_SCALAR, "the quotes are not closed before the end of the document",
            "end the text with the same quote"},
    Wording{text::INVALID_ESCAPE, "unknown escape in double quotes",
            "use single quotes for text with backslashes"},
    Wording{text::INVALID_HEX, "this escape needs hexadecimal digits",
            "use single quotes for text with backslashes"},
    Wording{text::INVALID_UNICODE, "this escape is no Unicode character", {}},
    Wording{text::TAB_IN_INDENTATION, "a tab stands in the indentation", "indent with spaces"},
    Wording{text::MULTIPLE_TAGS, "a value can have one tag only", {}},
    Wording{text::MULTIPLE_ANCHORS, "a value can have one anchor only", {}},
    Wording{text::ALIAS_CONTENT, "an alias stands alone", "drop what follows it"},
    Wording{text::CHAR_IN_BLOCK, "only an indentation digit, '+' or '-' may follow '|' and '>'",
            "begin the text on the next line"},
    Wording{text::ZERO_INDENT_IN_BLOCK, "a block's indentation must be 1 to 9", {}},
    Wording{text::BAD_FILE, "nested deeper than 100 levels", {}},
};

std::string_view blanks_in_front(std::string_view line) {
  return line.substr(0, std::min(line.find_first_not_of(" \t"), line.size()));
}

}  // namespace

void report_syntax_error(const YAML::Exception& error, const Builder& builder,
                         Diagnostics& diagnostics) {
  const Positions& positions = builder.positions();
  const auto& anchors = builder.anchors();
  const Span where =
      error.mark.is_null() ? Span{&positions.source(), 0, 0, 1} : positions.span(error.mark);
  const auto before = error.mark.is_null() ? std::string_view() : positions.line_before(error.mark);
  if (blanks_in_front(before).find('\t') != std::string_view::npos) {
    const auto tab = static_cast<std::uint32_t>(before.find('\t'));
    const std::uint32_t first = where.column - static_cast<std::uint32_t>(before.size());
    diagnostics.error({where.file, where.line, first + tab, 1}, "a tab stands in the indentation",
                      "indent with spaces");
    return;
  }
  if (error.msg.starts_with(text::UNKNOWN_ANCHOR)) {
    const auto rest = positions.rest(error.mark).substr(1);
    const auto name = rest.substr(0, rest.find_first_of(" \t\r\n,]}:"));
    std::vector<std::string_view> known(anchors.begin(), anchors.end());
    Span alias = where;
    alias.length = static_cast<std::uint32_t>(name.size()) + 1;
    diagnostics.error(alias, fmt::format("unknown anchor '{}'", name), suggestion(name, known));
    return;
  }
  for (const auto& wording : wordings) {
    if (!error.msg.starts_with(wording.parser)) continue;
    const bool bracket =
        wording.parser == text::END_OF_MAP_FLOW || wording.parser == text::END_OF_SEQ_FLOW;
    const Node::Data* const open = bracket ? builder.innermost() : nullptr;
    diagnostics.error(where, std::string(wording.message),
                      open == nullptr
                          ? std::string(wording.hint)
                          : fmt::format("what begins in line {}, column {} is still open",
                                        open->line, open->column));
    return;
  }
  diagnostics.error(where, error.msg);
}

}  // namespace pipectl::yaml
