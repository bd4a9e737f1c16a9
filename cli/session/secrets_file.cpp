#include "cli/session/secrets_file.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include "cli/given_file.hpp"
#include "core/base/dotenv.hpp"
#include "core/base/text.hpp"

namespace pipectl::cli {

Result<EnvMap> read_secrets_file(const std::string& file, const Pipeline& pipeline,
                                 const std::filesystem::path& cwd) {
  if (file.empty()) return EnvMap{};
  const auto path = cwd / file;
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0 && (info.st_mode & 077U) != 0)
    return fail(Fault::usage, fmt::format("{}: others can read this secrets file", file),
                fmt::format("chmod 600 {}", shell_quoted(file)));
  auto values = TRY(parse_dotenv(TRY(read_given_file(path, "--secrets-file")), file));
  std::vector<std::string_view> names;
  for (const auto& secret : pipeline.secrets) names.push_back(secret.name);
  for (const auto& [name, value] : values)
    if (pipeline.secret(name) == nullptr)
      return fail(Fault::usage, fmt::format("{}: the pipeline declares no secret {}", file, name),
                  suggestion(name, names));
  return values;
}

}  // namespace pipectl::cli
