#pragma once

#include <optional>
#include <string>

#include "core/store/database.hpp"
#include "core/store/name_values.hpp"

namespace pipectl::store {

// Rows of cache/fingerprints.db. Called inside Database::read or Database::write.

struct SkipRow {
  std::string key;
  std::string stage;
  std::string run;
  std::int64_t made_at{0};  ///< milliseconds since 1970
  std::int64_t used_at{0};
  std::string blob;
  std::string summary;
  NameValues values;
  NameValues outputs;
  NameValues inputs;
};

void put_result(Database& database, const SkipRow& row);
/// Without `inputs`, which only a difference needs.
[[nodiscard]] std::optional<SkipRow> result_of_key(Database& database, const std::string& key);
/// `inputs` of the newest result of the stage.
[[nodiscard]] std::optional<NameValues> latest_inputs(Database& database, const std::string& stage);
void mark_result_used(Database& database, const std::string& key, std::int64_t at);
void forget_before(Database& database, std::int64_t at);

}  // namespace pipectl::store
