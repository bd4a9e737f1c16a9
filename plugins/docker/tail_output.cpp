#include "plugins/docker/tail_output.hpp"

#include "core/exec/line_output.hpp"

namespace pipectl::docker {
namespace {

constexpr std::size_t most = std::size_t{16} << 10U;

void keep_end(std::string& text, const std::string& more) {
  text += more;
  if (text.size() > 2 * most) text.erase(0, text.size() - most);
}

}  // namespace

TailOutput::TailOutput(StageContext& context)
    : log_(make_line_output(context.redactor, context.emit)) {}

bool TailOutput::offer(Stream stream, std::string& bytes, Milliseconds wait) {
  std::string copy = bytes;
  if (!log_->offer(stream, bytes, wait)) return false;
  keep_end(stream == Stream::out ? out_ : err_, copy);
  return true;
}

}  // namespace pipectl::docker
