#include "core/store/cache.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>

#include "core/base/files.hpp"
#include "core/base/sha256.hpp"
#include "core/base/text.hpp"
#include "core/store/find_files.hpp"
#include "core/store/state_dir.hpp"

namespace pipectl::store {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct Entry {
  std::string blob;
  std::string signature;
  std::uint64_t bytes{0};
};

/// Each part with its length, so that no two lists of parts give the same digest.
std::string digest_of(const std::vector<std::string>& parts) {
  Sha256 digest;
  for (const std::string& part : parts) {
    digest.update(fmt::format("{}:", part.size()));
    digest.update(part);
  }
  return digest.hex();
}

/// Changes when a file does, as far as that can be told without reading it.
std::string signature_of(const std::vector<FoundFile>& files) {
  std::vector<std::string> parts;
  for (const FoundFile& file : files) {
    parts.push_back(file.path);
    const bool is_folder = file.kind == FoundFile::Kind::folder;
    parts.push_back(fmt::format("{} {:o} {} {}", static_cast<int>(file.kind), file.mode,
                                is_folder ? 0 : file.state.size, is_folder ? 0 : file.state.mtime));
  }
  return digest_of(parts);
}

/// Nothing when there is none, or one that nobody can read.
std::optional<Entry> read_entry(const fs::path& file) {
  constexpr std::size_t largest = std::size_t{1} << 20U;
  const auto text = read_file(file, largest);
  if (!text) return std::nullopt;
  const json entry = json::parse(*text, nullptr, false);
  if (!entry.is_object()) return std::nullopt;
  Entry read;
  const auto text_of = [&](const char* name) {
    const auto found = entry.find(name);
    return found != entry.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  read.blob = text_of("blob");
  read.signature = text_of("signature");
  const auto bytes = entry.find("bytes");
  if (bytes != entry.end() && bytes->is_number_unsigned()) read.bytes = bytes->get<std::uint64_t>();
  if (read.blob.empty()) return std::nullopt;
  return read;
}

Result<void> write_entry(const fs::path& file, const Entry& entry, const CacheRequest& request) {
  TRY(make_private_dir(file.parent_path()));
  // Key and patterns are for people: the file's name says which they are.
  const json text = {{"key", request.key},
                     {"paths", request.patterns},
                     {"blob", entry.blob},
                     {"signature", entry.signature},
                     {"bytes", entry.bytes}};
  return write_file_atomically(
      file, text.dump(2, ' ', false, json::error_handler_t::replace) + "\n", 0600);
}

Result<void> check(const CacheRequest& request) {
  if (request.key.empty()) return fail(Fault::usage, "the key of a cache is empty");
  if (request.patterns.empty()) return fail(Fault::usage, "a cache without paths");
  return {};
}

/// An entry counts as used as long as its archive is.
void remove_dead_entries(const fs::path& folder, const BlobStore& blobs) {
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const auto entry = read_entry(it->path());
    if (!entry || !blobs.has(entry->blob)) ::unlink(it->path().c_str());
  }
}

}  // namespace

Cache::Cache(fs::path cache_dir) : cache_dir_(std::move(cache_dir)), blobs_(cache_dir_) {}

fs::path Cache::entry_file(const CacheRequest& request) const {
  std::vector<std::string> parts = request.patterns;
  parts.push_back(request.key);
  return cache_dir_ / "entries" / (digest_of(parts) + ".json");
}

Result<Cache::Restored> Cache::restore(const CacheRequest& request,
                                       const CancelToken& cancel) const {
  TRY(check(request));
  const auto patterns = TRY(parse_patterns(request.patterns));
  Restored restored;
  const auto entry = read_entry(entry_file(request));
  if (!entry) return restored;
  auto fetched = blobs_.get(entry->blob, request.workspace, patterns, cancel);
  if (!fetched && fetched.error().fault != Fault::step) return tl::unexpected(fetched.error());
  if (!fetched)
    restored.warnings.push_back(fetched.error().message);
  else
    restored.hit = *fetched == BlobStore::Fetch::restored;
  if (restored.hit) restored.bytes = entry->bytes;
  return restored;
}

Result<Cache::Saved> Cache::save(const CacheRequest& request, const CancelToken& cancel) const {
  TRY(check(request));
  FileQuery query{request.workspace, request.workspace, TRY(parse_patterns(request.patterns)),
                  request.state_dir};
  const FileSet set = TRY(find_files(query, cancel));
  Saved saved;
  for (const std::size_t index : set.unmatched)
    saved.warnings.push_back(
        fmt::format("cache: no file matches '{}'", printable(request.patterns[index])));
  if (set.files.empty()) return saved;
  const fs::path file = entry_file(request);
  Entry entry{{}, signature_of(set.files), 0};
  const auto before = read_entry(file);
  if (before && before->signature == entry.signature && blobs_.has(before->blob)) {
    saved.what = Saved::What::unchanged;
    saved.bytes = before->bytes;
    return saved;
  }
  const auto blob = TRY(blobs_.put(request.workspace, set.files, cancel));
  entry.blob = blob.name;
  entry.bytes = blob.bytes;
  TRY(write_entry(file, entry, request));
  saved.what = Saved::What::saved;
  saved.bytes = blob.bytes;
  return saved;
}

Result<BlobStore::Evicted> Cache::evict(const CacheLimits& limits, WallTime now) const {
  const auto evicted = TRY(blobs_.evict(limits, now));
  remove_dead_entries(cache_dir_ / "entries", blobs_);
  return evicted;
}

}  // namespace pipectl::store
