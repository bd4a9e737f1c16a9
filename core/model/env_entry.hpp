#pragma once

#include <string>

#include "core/expr/template.hpp"

namespace pipectl {

/// One line of an `env` mapping.
struct EnvEntry {
  std::string name;
  expr::Template value;
};

}  // namespace pipectl
