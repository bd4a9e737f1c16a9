#include "cli/report/log_excerpt.hpp"

#include <algorithm>
#include <string_view>

#include "cli/history/log_reader.hpp"

namespace pipectl::cli {
namespace {

std::uint64_t lines_in(std::string_view text) {
  return static_cast<std::uint64_t>(std::ranges::count(text, '\n'));
}

class Excerpt {
 public:
  explicit Excerpt(std::size_t most) : most_(most), head_room_(most / 4) {}

  void take(std::string_view bytes) {
    made_.bytes += bytes.size();
    rest_ += bytes;
    if (rest_.size() > 2 * most_ + head_room_) drop();
  }

  LogExcerpt end() {
    if (made_.omitted == 0 && made_.bytes <= most_) {
      made_.head = std::move(rest_);
      return std::move(made_);
    }
    drop();
    if (const auto line = rest_.find('\n'); line != std::string::npos) leave_out(line + 1);
    made_.tail = std::move(rest_);
    made_.tail_line = lines_in(made_.head) + lines_ + 1;
    return std::move(made_);
  }

 private:
  /// Keeps of what came so far the head, and as much of the end as there is room for.
  void drop() {
    if (made_.head.empty()) {
      const auto line = std::string_view(rest_).substr(0, head_room_).rfind('\n');
      const std::size_t size = line == std::string::npos ? head_room_ : line + 1;
      made_.head = rest_.substr(0, size);
      rest_.erase(0, size);
    }
    const std::size_t room = most_ - head_room_;
    if (rest_.size() > room) leave_out(rest_.size() - room);
  }

  void leave_out(std::size_t size) {
    lines_ += lines_in(std::string_view(rest_).substr(0, size));
    made_.omitted += size;
    rest_.erase(0, size);
  }

  const std::size_t most_;
  const std::size_t head_room_;
  LogExcerpt made_;
  std::string rest_;
  std::uint64_t lines_{0};  ///< that are left out
};

}  // namespace

Result<LogExcerpt> read_excerpt(const std::filesystem::path& log, std::size_t most) {
  Excerpt excerpt(most);
  LogReader reader(log);
  TRY(reader.read([&](std::string_view bytes) -> Result<void> {
    excerpt.take(bytes);
    return {};
  }));
  LogExcerpt made = excerpt.end();
  made.found = reader.found();
  return made;
}

}  // namespace pipectl::cli
