#include "core/store/artifacts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <system_error>

#include "core/base/text.hpp"
#include "core/store/copy_file.hpp"
#include "core/store/find_files.hpp"
#include "core/store/io_error.hpp"
#include "core/store/retention.hpp"

namespace pipectl::store {
namespace {

namespace fs = std::filesystem;
using Kind = FoundFile::Kind;

/// Links to folders that hold links to folders multiply.
constexpr int most_links = 1'000;

bool is_above(const fs::path& upper, const fs::path& lower) {
  return std::mismatch(upper.begin(), upper.end(), lower.begin(), lower.end()).first == upper.end();
}

class Collector {
 public:
  Collector(const ArtifactRequest& request, const CancelToken& cancel)
      : request_(request), cancel_(cancel) {}

  Result<Collected> collect() {
    const auto patterns = TRY(parse_patterns(request_.patterns));
    const FileSet set = TRY(find_files(
        {request_.directory, request_.workspace, patterns, request_.state_dir}, cancel_));
    for (const std::size_t index : set.unmatched)
      warn(fmt::format("no file matches '{}'", printable(request_.patterns[index])));
    for (const FoundFile& file : set.files) TRY(refuse_escaping(file));
    TRY(remove_tree(request_.target));
    for (const FoundFile& file : set.files) TRY(add(file, file.path));
    std::ranges::sort(collected_.files, {}, &Artifact::path);
    return std::move(collected_);
  }

 private:
  /// `source` is where the file lies, `path` where it goes: they part below a link to a folder.
  Result<void> add(const FoundFile& file, const std::string& path) {
    switch (file.kind) {
      case Kind::folder:
        return {};
      case Kind::file:
      case Kind::link:
        return copy(file.path, path);
      case Kind::folder_link:
        return add_folder(file.path, path);
      case Kind::escaping:
        return refuse_escaping(file);
      case Kind::dangling:
        warn(fmt::format("{}: a link to nothing", printable(path)));
        return {};
      case Kind::other:
        warn(fmt::format("{}: no file, but a socket, pipe or device", printable(path)));
        return {};
    }
    return {};
  }

  Result<void> add_folder(const std::string& source, const std::string& path) {
    std::error_code error;
    const fs::path real = fs::canonical(request_.directory / source, error);
    if (error) return io_error("read", request_.directory / source, error.value());
    const fs::path parent = fs::canonical((request_.directory / source).parent_path(), error);
    if (is_above(real, parent) || ++links_ > most_links) {
      warn(fmt::format("{}: a link that leads back, or too many links", printable(path)));
      return {};
    }
    FileQuery query{real, request_.workspace, {}, request_.state_dir};
    query.patterns.push_back(TRY(FilePattern::parse(".")));
    const FileSet set = TRY(find_files(query, cancel_));
    for (FoundFile file : set.files) {
      const std::string below = path + "/" + file.path;
      file.path = source + "/" + file.path;
      TRY(add(file, below));
    }
    return {};
  }

  Result<void> copy(const std::string& source, const std::string& path) {
    if (cancel_.cancelled()) return fail(Fault::cancelled, "stopped while collecting artifacts");
    if (!done_.insert(path).second) return {};  // by a folder, and by a name below it
    const fs::path to = request_.target / path;
    std::error_code error;
    fs::create_directories(to.parent_path(), error);
    if (error) return io_error("make", to.parent_path(), error.value());
    auto copied = TRY(copy_file_within(request_.directory / source, request_.workspace, to));
    collected_.files.push_back({path, copied.bytes, std::move(copied.sha256)});
    return {};
  }

  static Result<void> refuse_escaping(const FoundFile& file) {
    if (file.kind != Kind::escaping) return {};
    return fail(
        Fault::step,
        fmt::format("artifact {} is a link that leads out of the workspace", printable(file.path)),
        "copy the file into the workspace, or take it out with a pattern '!…'");
  }

  void warn(std::string text) { collected_.warnings.push_back(std::move(text)); }

  const ArtifactRequest& request_;
  const CancelToken& cancel_;
  Collected collected_;
  std::set<std::string> done_;
  int links_{0};
};

}  // namespace

Result<Collected> collect_artifacts(const ArtifactRequest& request, const CancelToken& cancel) {
  return Collector(request, cancel).collect();
}

}  // namespace pipectl::store
