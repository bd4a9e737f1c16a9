#include "stages/reports/xml.hpp"

#include <expat.h>
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <memory>

#include "core/base/text.hpp"

namespace pipectl::stages {
namespace {

constexpr int chunk = 64 << 10;
constexpr std::uint64_t largest_element = 8 << 20;
constexpr int deepest = 200;

std::string_view local_name(const char* name) {
  const std::string_view text = name;
  const auto colon = text.rfind(':');
  return colon == std::string_view::npos ? text : text.substr(colon + 1);
}

/// Whether `qualified` is `name`, with any prefix.
bool is_named(std::string_view qualified, std::string_view name) {
  if (!qualified.ends_with(name)) return false;
  qualified.remove_suffix(name.size());
  return qualified.empty() || qualified.ends_with(':');
}

class XmlReading {
 public:
  explicit XmlReading(XmlHandler& handler)
      : handler_(handler), parser_(XML_ParserCreate(nullptr), &XML_ParserFree) {
    if (!parser_) throw std::bad_alloc();
    XML_SetUserData(parser_.get(), this);
    XML_SetElementHandler(parser_.get(), &XmlReading::on_open, &XmlReading::on_close);
    XML_SetCharacterDataHandler(parser_.get(), &XmlReading::on_text);
    XML_SetEntityDeclHandler(parser_.get(), &XmlReading::on_entity);
  }

  Result<void> run(std::istream& in) {
    while (true) {
      void* const buffer = XML_GetBuffer(parser_.get(), chunk);
      if (buffer == nullptr) return fail(Fault::step, "the report does not fit into memory");
      in.read(static_cast<char*>(buffer), chunk);
      const auto size = static_cast<int>(in.gcount());
      fed_ += static_cast<std::uint64_t>(size);
      const bool last = size < chunk;
      if (last && fed_ == 0) return fail(Fault::step, "the file is empty");
      if (XML_ParseBuffer(parser_.get(), size, last ? 1 : 0) != XML_STATUS_OK) return error();
      if (fed_ - heard_ > largest_element)
        return fail(Fault::step, fmt::format("line {}: one element is larger than 8 MiB", line()));
      if (last) return {};
    }
  }

 private:
  static XmlReading& self(void* data) { return *static_cast<XmlReading*>(data); }

  static void on_open(void* data, const char* name, const char** pairs) {
    XmlReading& reading = self(data);
    reading.heard_ = reading.fed_;
    if (reading.handler_.refused()) return;  // expat may end an empty element after it was stopped
    if (++reading.depth_ > deepest)
      reading.handler_.refuse(fmt::format("elements are nested deeper than {}", deepest));
    else
      reading.handler_.open(local_name(name), XmlAttributes(pairs));
    reading.stop_if_refused();
  }
  static void on_close(void* data, const char* name) {
    XmlReading& reading = self(data);
    reading.heard_ = reading.fed_;
    if (reading.handler_.refused()) return;
    --reading.depth_;
    reading.handler_.close(local_name(name));
    reading.stop_if_refused();
  }
  static void on_text(void* data, const char* text, int size) {
    XmlReading& reading = self(data);
    reading.heard_ = reading.fed_;
    if (!reading.handler_.refused()) reading.handler_.text({text, static_cast<std::size_t>(size)});
  }
  /// No tool needs entities of its own in a report, and they are how small files grow large.
  // NOLINTNEXTLINE(readability-function-size): the parameters are expat's
  static void on_entity(void* data, const char* name, int, const char*, int, const char*,
                        const char*, const char*, const char*) {
    XmlReading& reading = self(data);
    reading.handler_.refuse(fmt::format("it declares the entity '{}'", printable(name)),
                            "reports with entities of their own are not read");
    reading.stop_if_refused();
  }

  void stop_if_refused() {
    if (handler_.refused()) XML_StopParser(parser_.get(), XML_FALSE);
  }

  [[nodiscard]] unsigned long line() const { return XML_GetCurrentLineNumber(parser_.get()); }

  [[nodiscard]] tl::unexpected<Error> error() const {
    if (const auto& refused = handler_.refused())
      return fail(Fault::step, fmt::format("line {}: {}", line(), refused->message), refused->hint);
    const XML_Error code = XML_GetErrorCode(parser_.get());
    if (code == XML_ERROR_NO_ELEMENTS && depth_ > 0)
      return fail(Fault::step, fmt::format("line {}: it ends in the middle", line()),
                  "was the tool stopped while it wrote?");
    if (code == XML_ERROR_NO_ELEMENTS) return fail(Fault::step, "it holds no XML element");
    if (code == XML_ERROR_UNCLOSED_TOKEN || code == XML_ERROR_UNCLOSED_CDATA_SECTION ||
        code == XML_ERROR_PARTIAL_CHAR)
      return fail(Fault::step, fmt::format("line {}: it ends in the middle", line()),
                  "was the tool stopped while it wrote?");
    return fail(Fault::step,
                fmt::format("line {}: no well-formed XML: {}", line(), XML_ErrorString(code)));
  }

  XmlHandler& handler_;
  std::unique_ptr<XML_ParserStruct, void (*)(XML_Parser)> parser_;
  std::uint64_t fed_{0};
  std::uint64_t heard_{0};  ///< `fed_` when the handler last heard something
  int depth_{0};
};

}  // namespace

void XmlHandler::refuse(std::string reason, std::string hint) {
  if (!refused_) refused_ = Error{Fault::step, std::move(reason), std::move(hint)};
}

Result<void> read_xml(std::istream& in, XmlHandler& handler) { return XmlReading(handler).run(in); }

std::string_view XmlAttributes::text(std::string_view name) const noexcept {
  for (const char** pair = pairs_; *pair != nullptr; pair += 2)
    if (is_named(pair[0], name)) return pair[1];
  return {};
}

bool XmlAttributes::has(std::string_view name) const noexcept {
  for (const char** pair = pairs_; *pair != nullptr; pair += 2)
    if (is_named(pair[0], name)) return true;
  return false;
}

std::optional<double> XmlAttributes::number(std::string_view name) const {
  return report_number(text(name));
}

std::uint32_t XmlAttributes::whole(std::string_view name) const noexcept {
  const std::string_view digits = text(name);
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc{} && end == digits.data() + digits.size() ? value : 0;
}

std::optional<double> report_number(std::string_view text) {
  std::string plain;
  if (text.find(',') != std::string_view::npos) {
    for (const char c : text)
      if (c != ',') plain += c;
    text = plain;
  }
  text = trim(text);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (!std::isfinite(value)) return std::nullopt;
  return value;
}

}  // namespace pipectl::stages
