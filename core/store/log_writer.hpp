#pragma once

#include <filesystem>
#include <memory>

#include "core/store/journal.hpp"

namespace pipectl::store {

/// Writes `LOGS_DIR/NAME.log` for each stage, straight to the file: chunks come in large already.
[[nodiscard]] std::unique_ptr<LogWriter> make_log_writer(std::filesystem::path logs_dir);

/// `NAME.log`.
[[nodiscard]] std::string log_name(const std::string& stage);

}  // namespace pipectl::store
