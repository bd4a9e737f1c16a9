#include "cli/given_file.hpp"

#include <fmt/format.h>

#include "core/base/files.hpp"

namespace pipectl::cli {

Result<std::string> read_given_file(const std::filesystem::path& path, std::string_view option) {
  constexpr std::size_t most_bytes = 4U << 20U;
  auto text = read_file(path, most_bytes);
  if (text) return text;
  return fail(Fault::usage, fmt::format("{}: {}", option, text.error().message), text.error().hint);
}

}  // namespace pipectl::cli
