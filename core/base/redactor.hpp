#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace pipectl {

/// Every secret value of a run, in every form in which it could show up: raw, each of its lines of
/// 6 characters or more, base64 (standard and URL-safe, at all three alignments), percent-encoded,
/// JSON-escaped with and without \u (secret_forms.hpp). Line breaks at either end of a value do not
/// count. Raw and in base64 it is found also when it was wrapped over lines at any width, indented
/// or not (wrapped_text.hpp). Forms that overlap become one `***`. Safe from any thread; it only
/// ever grows.
class Redactor {
 public:
  Redactor();
  ~Redactor();
  Redactor(const Redactor&) = delete;
  Redactor& operator=(const Redactor&) = delete;

  /// Refuses a value shorter than 4 characters (Fault::usage, naming `name`, never the value).
  Result<void> add(std::string_view name, std::string_view value);

  /// Whole text at once: every occurrence of every form becomes `***`.
  [[nodiscard]] std::string redact(std::string_view text) const;
  /// True when `text` holds any form of any secret.
  [[nodiscard]] bool contains_secret(std::string_view text) const;

  class Stream;
  /// For bytes that come in pieces; uses the secrets known so far.
  [[nodiscard]] std::unique_ptr<Stream> stream() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Redacts across chunk boundaries. One per output stream, one thread.
class Redactor::Stream {
 public:
  virtual ~Stream() = default;
  /// Appends to `out` what of the input so far is sure to be clean; holds back at most the longest
  /// secret form with the line breaks in it, and only while the held bytes could still begin one.
  virtual void push(std::string_view bytes, std::string& out) = 0;
  /// The end of the stream: appends what was held back.
  virtual void finish(std::string& out) = 0;
};

}  // namespace pipectl
