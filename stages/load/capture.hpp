#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace pipectl::stages::load {

/// A value of a response that later requests of its scenario use as `{{NAME}}`.
struct Capture {
  std::string name;
  std::string header;   ///< of the response; empty: `pointer` it is
  std::string pointer;  ///< JSON pointer into the body: `/data/token`; "" is all of it
};
using Captured = std::map<std::string, std::string, std::less<>>;

/// The names that a text uses, in order. `${{ … }}` is none.
[[nodiscard]] std::vector<std::string> placeholders(std::string_view text);
/// With the values in place of `{{NAME}}`; one that was not captured stays as it is.
[[nodiscard]] std::string with_captured(std::string_view text, const Captured& captured);

/// The same for an address. A value may not make it lead to another host, nor hold what an address
/// cannot hold: Fault::step.
[[nodiscard]] Result<std::string> url_with_captured(std::string_view url, const Captured& captured);
/// The same for a header, which a line break would end.
[[nodiscard]] Result<std::string> header_with_captured(std::string_view header,
                                                       const Captured& captured);

/// Takes the values that `captures` name by pointer out of a JSON body, all of them or none:
/// Fault::step names the first that is not there. Texts come without quotes, everything else as
/// JSON.
[[nodiscard]] Result<void> capture_json(const std::vector<Capture>& captures, std::string_view body,
                                        Captured& into);

/// Whether it can be a JSON pointer (RFC 6901).
[[nodiscard]] bool is_pointer(std::string_view text);

}  // namespace pipectl::stages::load
