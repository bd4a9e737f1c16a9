#pragma once

#include <functional>
#include <string_view>

#include "core/store/run_store.hpp"

namespace pipectl::store {

// A RunRequest as rows of (section, name, value): what is empty has no row.

using TakeValue =
    std::function<void(std::string_view section, std::string_view name, std::string_view value)>;

void each_value(const RunRequest& request, const TakeValue& take);
void each_value(const GitInfo& git, const TakeValue& take);
/// The reverse, one row at a time. What an older or newer version wrote and this one does not know
/// is left out.
void set_value(RunRequest& request, std::string_view section, std::string_view name,
               std::string value);

}  // namespace pipectl::store
