#include "plugins/docker/scratch.hpp"

#include <fmt/format.h>

#include <array>
#include <fstream>
#include <system_error>

#include "core/base/files.hpp"
#include "core/base/text.hpp"

namespace pipectl::docker {
namespace {

namespace fs = std::filesystem;

constexpr std::array engine_variables{"DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CERT_PATH",
                                      "DOCKER_TLS_VERIFY"};
constexpr std::size_t most_bytes = std::size_t{64} << 10U;

tl::unexpected<Error> cannot_make(const fs::path& path, const std::error_code& error) {
  return fail(Fault::infrastructure,
              fmt::format("cannot make {}: {}", path.string(), error.message()));
}

/// Whoever the container's user is has to write here. The run's folder above it is closed to
/// others.
Result<void> make_open_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error) fs::permissions(folder, fs::perms::all | fs::perms::sticky_bit, error);
  if (error) return cannot_make(folder, error);
  return {};
}

Result<void> keep_engine(const fs::path& folder, const EnvMap& env) {
  std::string text;
  for (const auto* name : engine_variables) {
    const auto found = env.find(name);
    if (found != env.end() && found->second.find('\n') == std::string::npos)
      text += fmt::format("{}={}\n", name, found->second);
  }
  return write_file_atomically(folder / "engine", text, 0600);
}

/// The same file under two names: what a container writes is there at once.
Result<void> make_output(const fs::path& file, const fs::path& output_file) {
  std::error_code error;
  fs::create_directories(output_file.parent_path(), error);
  TRY(write_file_atomically(output_file, "", 0666));
  fs::create_hard_link(output_file, file, error);
  if (error) return cannot_make(file, error);
  constexpr auto all = fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read |
                       fs::perms::group_write | fs::perms::others_read | fs::perms::others_write;
  fs::permissions(file, all, error);
  if (error) return cannot_make(file, error);
  return {};
}

}  // namespace

Result<std::unique_ptr<Scratch>> Scratch::make(fs::path folder, fs::path output_file,
                                               const EnvMap& client_env) {
  std::error_code ignored;
  fs::remove_all(folder, ignored);
  for (const auto& inner : {folder, folder / "home", folder / "tmp"}) TRY(make_open_folder(inner));
  TRY(keep_engine(folder, client_env));
  if (!output_file.empty()) TRY(make_output(folder / "output", output_file));
  return std::unique_ptr<Scratch>(new Scratch(std::move(folder), std::move(output_file)));
}

Scratch::~Scratch() {
  std::error_code ignored;
  // A program that replaces the file instead of writing into it has parted the two.
  const fs::path output = folder_ / "output";
  const bool parted = fs::exists(output, ignored) && fs::exists(output_file_, ignored) &&
                      !fs::equivalent(output, output_file_, ignored);
  if (parted) fs::rename(output, output_file_, ignored);
  if (!kept_) fs::remove_all(folder_, ignored);
}

EnvMap engine_of(const fs::path& folder) {
  EnvMap env;
  const auto text = read_file(folder / "engine", most_bytes);
  if (!text) return env;
  for (const auto line : split(*text, '\n')) {
    const std::size_t at = line.find('=');
    if (at != std::string_view::npos) env[std::string(line.substr(0, at))] = line.substr(at + 1);
  }
  return env;
}

}  // namespace pipectl::docker
