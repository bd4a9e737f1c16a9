#include "core/store/fingerprint_parts.hpp"

#include <fmt/format.h>

#include "core/base/sha256.hpp"
#include "core/base/text.hpp"

namespace pipectl::store {
namespace {

std::string named(Part part, std::string_view name) {
  return static_cast<char>(part) + std::string(name);
}

/// Everything but the files.
NameValues fixed_parts(const SkipRequest& request) {
  NameValues parts;
  parts.emplace_back(named(Part::version, ""), "1");
  parts.emplace_back(named(Part::stage, request.stage), "");
  parts.emplace_back(named(Part::definition, ""), sha256_hex(request.definition));
  for (const std::string& pattern : request.outputs)
    parts.emplace_back(named(Part::output, pattern), "");
  for (const auto& [name, value] : request.env)
    parts.emplace_back(named(Part::variable, name), sha256_hex(value));
  return parts;
}

/// What a stage makes is never what it depends on.
Result<std::vector<FilePattern>> input_patterns(const SkipRequest& request) {
  std::vector<std::string> patterns = request.inputs;
  for (const std::string& output : request.outputs)
    if (!output.starts_with('!')) patterns.push_back("!" + output);
  return parse_patterns(patterns);
}

}  // namespace

Result<Fingerprint> fingerprint_of(const SkipRequest& request, FileHashes& hashes,
                                   const CancelToken& cancel) {
  FileQuery query{request.directory, request.workspace, TRY(input_patterns(request)),
                  request.state_dir};
  const FileSet set = TRY(find_files(query, cancel));
  const auto marks = TRY(hashes.marks_of(request.directory, set.files));
  Fingerprint fingerprint;
  for (const std::size_t index : set.unmatched)
    fingerprint.warnings.push_back(
        fmt::format("inputs: no file matches '{}'", printable(request.inputs[index])));
  fingerprint.parts = fixed_parts(request);
  for (std::size_t i = 0; i < set.files.size(); ++i)
    if (!marks[i].empty())
      fingerprint.parts.emplace_back(named(Part::file, set.files[i].path), marks[i]);
  fingerprint.key = sha256_hex(encode(fingerprint.parts));
  return fingerprint;
}

}  // namespace pipectl::store
