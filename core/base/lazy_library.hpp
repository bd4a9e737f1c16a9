#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace pipectl {

/// A shared library that is loaded when it is first needed, so that a start that does not need it
/// does not pay for it. It stays loaded until the process ends: libraries with threads or at-exit
/// handlers of their own do not survive an unload.
///
/// The users' pattern is a table of typed function pointers:
///
///     struct Functions { decltype(&::curl_easy_init) easy_init{}; … };
///     auto library = TRY(LazyLibrary::open("libcurl", {"libcurl.so.4"}));
///     library.bind("curl_easy_init", table.easy_init);
///     TRY(library.complete());
class LazyLibrary {
 public:
  /// Loads the first of `files` that is there. Fault::infrastructure names the library and says
  /// how to get it.
  [[nodiscard]] static Result<LazyLibrary> open(std::string_view name,
                                                std::initializer_list<const char*> files);

  /// Points `slot` to the function; a missing one is reported by complete().
  template <class Function>
  void bind(const char* symbol, Function*& slot) {
    slot = reinterpret_cast<Function*>(find(symbol));
  }
  /// For functions that only newer versions have: null when absent.
  template <class Function>
  void bind_optional(const char* symbol, Function*& slot) const {
    slot = reinterpret_cast<Function*>(look_up(symbol));
  }
  /// An error that names the first function which the library does not have.
  [[nodiscard]] Result<void> complete() const;

 private:
  LazyLibrary(std::string name, void* handle) : name_(std::move(name)), handle_(handle) {}
  [[nodiscard]] void* find(const char* symbol);
  [[nodiscard]] void* look_up(const char* symbol) const noexcept;

  std::string name_;
  void* handle_;
  std::string missing_;
};

}  // namespace pipectl
