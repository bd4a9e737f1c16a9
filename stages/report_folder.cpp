#include "stages/report_folder.hpp"

#include <fmt/format.h>

#include <system_error>

#include "core/base/files.hpp"
#include "core/base/text.hpp"
#include "core/store/names.hpp"

namespace pipectl::stages {

namespace fs = std::filesystem;

fs::path report_folder(const StageContext& context) {
  return context.directory / reports_folder / store::file_name_of(context.stage);
}

Result<fs::path> make_report_folder(const StageContext& context) {
  const fs::path own = report_folder(context);
  const fs::path all = own.parent_path();
  std::error_code error;
  fs::create_directories(all, error);
  if (error)
    return fail(Fault::infrastructure,
                fmt::format("cannot make {}: {}", printable(all.string()), error.message()));
  if (!lies_within(all, context.workspace))
    return fail(Fault::step, fmt::format("{} leads out of the workspace", printable(all.string())));
  fs::remove_all(own, error);
  fs::create_directories(own, error);
  if (error)
    return fail(Fault::infrastructure,
                fmt::format("cannot make {}: {}", printable(own.string()), error.message()));
  // Nothing of it belongs into a commit.
  if (!fs::exists(all / ".gitignore", error)) TRY(write_file_atomically(all / ".gitignore", "*\n"));
  return own;
}

}  // namespace pipectl::stages
