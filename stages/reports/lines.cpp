#include "stages/reports/lines.hpp"

#include <fmt/format.h>

#include <charconv>
#include <vector>

#include "core/base/text.hpp"

namespace pipectl::stages {
namespace {

constexpr std::size_t chunk = 64 << 10;
constexpr std::size_t longest_line = 1 << 20;

/// `ESC [ … letter`, as compilers paint their messages.
void remove_colours(std::string& line) {
  std::size_t from = line.find('\x1b');
  if (from == std::string::npos) return;
  std::string plain = line.substr(0, from);
  while (from < line.size()) {
    if (line[from] != '\x1b') {
      plain += line[from++];
      continue;
    }
    ++from;
    if (from >= line.size() || line[from] != '[') continue;
    ++from;
    while (from < line.size() && (line[from] < '@' || line[from] > '~')) ++from;
    if (from < line.size()) ++from;
  }
  line = std::move(plain);
}

class LineReading {
 public:
  using Take = std::function<Result<void>(std::size_t, std::string_view)>;
  explicit LineReading(const Take& take) : take_(take) {}

  Result<LastLine> run(std::istream& in) {
    std::vector<char> buffer(chunk);
    while (true) {
      in.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
      const auto size = static_cast<std::size_t>(in.gcount());
      if (size == 0) break;
      TRY(add({buffer.data(), size}));
    }
    if (line_.empty()) return LastLine::ended;
    TRY(end_line());
    return LastLine::open;
  }

 private:
  Result<void> add(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto end = bytes.find('\n');
      line_ += bytes.substr(0, end);
      if (line_.size() > longest_line)
        return fail(Fault::step, fmt::format("line {} is longer than 1 MiB", number_ + 1));
      if (end == std::string_view::npos) return {};
      TRY(end_line());
      bytes.remove_prefix(end + 1);
    }
    return {};
  }

  Result<void> end_line() {
    if (++number_ == 1 && line_.starts_with("\xef\xbb\xbf")) line_.erase(0, 3);
    if (line_.ends_with('\r')) line_.pop_back();
    if (line_.find('\0') != std::string::npos)
      return fail(Fault::step, fmt::format("line {} holds a NUL byte: it is no text", number_));
    remove_colours(line_);
    auto taken = take_(number_, line_);
    line_.clear();
    return taken;
  }

  const Take& take_;
  std::string line_;
  std::size_t number_{0};
};

}  // namespace

Result<void> read_lines(std::istream& in, const LineReading::Take& take) {
  TRY(LineReading(take).run(in));
  return {};
}

Result<LastLine> read_to_last_line(std::istream& in, const LineReading::Take& take) {
  return LineReading(take).run(in);
}

Result<void> read_whole_lines(std::istream& in, const LineReading::Take& take) {
  if (TRY(LineReading(take).run(in)) == LastLine::ended) return {};
  return tl::unexpected(cut_off("its last line has no end"));
}

Error cut_off(std::string_view what) {
  return {Fault::step, fmt::format("it is cut off: {}", what),
          "was the tool stopped, or the disk full?"};
}

std::optional<std::uint32_t> take_number(std::string_view& text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

std::optional<Place> split_place(std::string_view line) {
  constexpr std::size_t after_drive = 2;  // `C:` and a slash
  const bool has_drive = line.size() > after_drive && line[1] == ':' &&
                         (line[after_drive] == '\\' || line[after_drive] == '/');
  for (std::size_t colon = line.find(':', has_drive ? after_drive : 0); colon != line.npos;
       colon = line.find(':', colon + 1)) {
    std::string_view rest = line.substr(colon + 1);
    const auto number = take_number(rest);
    if (!number || !rest.starts_with(':') || colon == 0) continue;
    Place place{line.substr(0, colon), *number, 0, {}};
    rest.remove_prefix(1);
    std::string_view after = rest;
    const auto column = take_number(after);
    if (column && after.starts_with(':')) {
      place.column = *column;
      rest = after.substr(1);
    }
    place.rest = trim(rest);
    return place;
  }
  return std::nullopt;
}

}  // namespace pipectl::stages
