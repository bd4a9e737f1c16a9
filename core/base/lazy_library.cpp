#include "core/base/lazy_library.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

namespace pipectl {

Result<LazyLibrary> LazyLibrary::open(std::string_view name,
                                      std::initializer_list<const char*> files) {
  std::string reason;
  for (const char* const file : files) {
    if (void* const handle = dlopen(file, RTLD_NOW | RTLD_LOCAL))
      return LazyLibrary{std::string{name}, handle};
    // The first file is the usual one: its reason is the one that helps.
    if (const char* const error = dlerror(); reason.empty() && error != nullptr) reason = error;
  }
  return fail(Fault::infrastructure, fmt::format("cannot load {}: {}", name, reason),
              fmt::format("install {} with your package manager", name));
}

void* LazyLibrary::look_up(const char* symbol) const noexcept { return dlsym(handle_, symbol); }

void* LazyLibrary::find(const char* symbol) {
  void* const found = look_up(symbol);
  if (found == nullptr && missing_.empty()) missing_ = symbol;
  return found;
}

Result<void> LazyLibrary::complete() const {
  if (missing_.empty()) return {};
  return fail(Fault::infrastructure,
              fmt::format("the installed {} is too old: it has no {}", name_, missing_),
              fmt::format("install a newer {}", name_));
}

}  // namespace pipectl
