#include "core/base/http.hpp"

#include <algorithm>
#include <string_view>

namespace pipectl {

const std::string* HttpResponse::header(std::string_view lower_case_name) const {
  const auto found = std::find_if(headers.begin(), headers.end(), [&](const auto& header) {
    return header.first == lower_case_name;
  });
  return found == headers.end() ? nullptr : &found->second;
}

}  // namespace pipectl
