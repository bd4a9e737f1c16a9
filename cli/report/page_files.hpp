#pragma once

#include <string_view>

namespace pipectl::cli {

// The files of cli/report/page/, put into the binary when it is built.

/// HTML with `{{policy}}`, `{{title}}`, `{{style}}`, `{{data}}` and `{{script}}` to be filled in.
extern const std::string_view page_template;
extern const std::string_view page_style;   ///< CSS
extern const std::string_view page_script;  ///< all *.js, one behind the other

}  // namespace pipectl::cli
