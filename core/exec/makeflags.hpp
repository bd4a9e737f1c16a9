#pragma once

#include <string>
#include <string_view>

namespace pipectl {

/// The user's MAKEFLAGS with `-jSLOTS --jobserver-auth=AUTH` in it, in the place of any number of
/// jobs and jobserver that it names itself. Everything else stays: options (`ks`, `-k`, `-I dir`)
/// and, behind `--`, variables. Source: the GNU make manual, "Communicating Options to a
/// Sub-make", and the decode_env_switches of its main.c.
[[nodiscard]] std::string with_jobserver(std::string_view makeflags, unsigned slots,
                                         std::string_view auth);

}  // namespace pipectl
