#include "cli/ui/held_output.hpp"

#include <fmt/format.h>

#include <utility>

#include "core/base/text.hpp"

namespace pipectl::ui {
namespace {

constexpr std::size_t head_bytes = 64U << 10U;
constexpr std::size_t tail_bytes = 256U << 10U;

}  // namespace

void HeldOutput::add(std::string_view text) {
  if (!head_full_ && head_.size() + text.size() <= head_bytes) {
    head_ += text;
    return;
  }
  head_full_ = true;
  tail_ += text;
  if (tail_.size() <= tail_bytes) return;
  const auto line_break = tail_.find('\n', tail_.size() - tail_bytes / 2);
  const auto cut = line_break == tail_.npos ? tail_.size() - tail_bytes / 2 : line_break + 1;
  dropped_ += cut;
  tail_.erase(0, cut);
}

std::string HeldOutput::take() {
  std::string all = std::exchange(head_, {});
  if (dropped_ > 0) {
    if (!all.empty() && !all.ends_with('\n')) all += '\n';
    all += fmt::format("({} left out here; the stage's log has them)\n", human_size(dropped_));
  }
  all += std::exchange(tail_, {});
  head_full_ = false;
  dropped_ = 0;
  return all;
}

}  // namespace pipectl::ui
