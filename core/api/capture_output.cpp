#include "core/api/capture_output.hpp"

#include <algorithm>
#include <string_view>

#include "core/base/text.hpp"

namespace pipectl {
namespace {

void keep_end(std::string& text, std::string_view bytes, std::size_t most) {
  text += bytes;
  if (text.size() > most) text.erase(0, text.size() - most);
}

std::string_view last_line_of(std::string_view text) {
  const std::string_view end = trim(text);
  const auto line_break = end.rfind('\n');
  return line_break == std::string_view::npos ? end : trim(end.substr(line_break + 1));
}

}  // namespace

bool CaptureOutput::offer(Stream stream, std::string& bytes, Milliseconds /*wait*/) {
  if (stream == Stream::err) {
    keep_end(err_, bytes, most_err_);
  } else {
    const std::size_t room = most_out_ - out_.size();
    if (bytes.size() > room) whole_ = false;
    out_.append(bytes, 0, std::min(room, bytes.size()));
    keep_end(tail_, bytes, most_err_);
  }
  bytes.clear();
  return true;
}

bool CaptureOutput::end(Stream /*stream*/, Milliseconds /*wait*/) { return true; }

std::string CaptureOutput::last_line() const {
  const std::string_view line = last_line_of(err_);
  return std::string{line.empty() ? last_line_of(tail_) : line};
}

}  // namespace pipectl
