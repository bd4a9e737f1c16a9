#pragma once

#include <memory>

#include "core/base/redactor.hpp"
#include "core/exec/executor.hpp"

namespace pipectl {

/// Takes redacted text in pieces of whole lines.
class LineSink {
 public:
  virtual ~LineSink() = default;
  /// As OutputSink::offer. `lines` ends with a line break, but for the unfinished last line of a
  /// stream and for pieces of a line longer than 64 KiB.
  virtual bool offer(Stream stream, std::string& lines, Milliseconds wait) = 0;
};

/// bytes -> redacted -> cut at line breaks -> `next`. One per started process. An unfinished line
/// (a prompt, a progress bar) is passed on when `end` comes.
[[nodiscard]] std::unique_ptr<OutputSink> make_line_output(const Redactor& redactor,
                                                           LineSink& next);

}  // namespace pipectl
