#include "core/yaml/builder.hpp"

namespace pipectl::yaml {

MemoryBuffer::MemoryBuffer(std::string_view text, Builder& builder) : builder_(builder) {
  // A streambuf wants writable memory even where it only reads.
  char* const first =
      const_cast<char*>(text.data());  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  setg(first, first, first + text.size());
}

std::streamsize MemoryBuffer::xsgetn(char* to, std::streamsize count) {
  const char* const from = gptr();
  const std::streamsize read = std::streambuf::xsgetn(to, count);
  builder_.about_to_read({from, static_cast<std::size_t>(read)});
  return read;
}

}  // namespace pipectl::yaml
