#include "core/exec/line_output.hpp"

#include <array>
#include <cstring>
#include <utility>

namespace pipectl {
namespace {

constexpr std::size_t longest_line = std::size_t{64} * 1024;

/// Where an endless line may be cut: not within a character of UTF-8. A character that is not whole
/// stays for the next piece; four stray bytes are none, and pass.
std::size_t whole_characters(std::string_view text) {
  for (std::size_t back = 1; back <= 3 && back < text.size(); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if (byte < 0x80) break;
    if (byte < 0xC0) continue;
    const std::size_t size = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2;
    return size > back ? text.size() - back : text.size();
  }
  return text.size();
}

/// How much of `text` can be passed on, given that the first `looked` bytes hold no line break.
std::size_t passable(std::string_view text, std::size_t looked) {
  const char* const fresh = text.data() + looked;
  const void* const found = ::memrchr(fresh, '\n', text.size() - looked);
  const std::size_t lines =
      found == nullptr
          ? 0
          : static_cast<std::size_t>(static_cast<const char*>(found) - text.data()) + 1;
  return text.size() - lines > longest_line ? whole_characters(text) : lines;
}

/// One stream of a child.
struct Channel {
  std::unique_ptr<Redactor::Stream> redacted;
  std::string lines;      // on its way to the next sink
  std::string rest;       // an unfinished line
  bool under_way{false};  // `lines` was made of the bytes that are being offered
};

class LineOutput final : public OutputSink {
 public:
  LineOutput(const Redactor& redactor, LineSink& next) : next_(next) {
    for (auto& channel : channels_) channel.redacted = redactor.stream();
  }

  bool offer(Stream stream, std::string& bytes, Milliseconds wait) override {
    Channel& channel = of(stream);
    if (!channel.under_way) take(channel, bytes);
    return pass_on(stream, channel, wait);
  }

  bool end(Stream stream, Milliseconds wait) override {
    Channel& channel = of(stream);
    if (!channel.under_way) {
      channel.lines = std::exchange(channel.rest, {});
      channel.redacted->finish(channel.lines);
      channel.under_way = true;
    }
    return pass_on(stream, channel, wait);
  }

 private:
  Channel& of(Stream stream) { return channels_.at(static_cast<std::size_t>(stream)); }

  /// The same bytes are offered again after a refusal; they must be taken but once.
  static void take(Channel& channel, std::string_view bytes) {
    channel.lines = std::exchange(channel.rest, {});
    const std::size_t looked = channel.lines.size();
    channel.redacted->push(bytes, channel.lines);
    const std::size_t end = passable(channel.lines, looked);
    channel.rest.assign(std::string_view(channel.lines).substr(end));
    channel.lines.resize(end);
    channel.under_way = true;
  }

  bool pass_on(Stream stream, Channel& channel, Milliseconds wait) {
    if (!channel.lines.empty() && !next_.offer(stream, channel.lines, wait)) return false;
    channel.lines.clear();
    channel.under_way = false;
    return true;
  }

  LineSink& next_;
  std::array<Channel, 2> channels_;
};

}  // namespace

std::unique_ptr<OutputSink> make_line_output(const Redactor& redactor, LineSink& next) {
  return std::make_unique<LineOutput>(redactor, next);
}

}  // namespace pipectl
