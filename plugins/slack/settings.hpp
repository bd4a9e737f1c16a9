#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/api/notifier.hpp"

namespace pipectl::notifiers::slack {

/// Who is to be called by name, and when.
struct Mention {
  std::vector<std::string> who;  ///< in Slack's own form: `<!here>`, `<@U012AB3CD>`
  std::vector<Occasion> on;
  std::vector<std::string> branches;  ///< globs; empty: any
};

struct Settings {
  std::string webhook;  ///< name of the secret that holds the URL; or
  std::string token;    ///< name of the secret that holds the bot token
  std::string channel;  ///< with a token
  std::string api_url{"https://slack.com/api"};
  std::vector<Occasion> on;
  std::vector<std::string> branches;  ///< globs; empty: any
  std::vector<Mention> mentions;

  [[nodiscard]] bool wants(Occasion occasion) const;
  /// Whether the branch (or tag) of a run is one that is told of.
  [[nodiscard]] bool covers(const std::string& ref) const;
  /// The mentions for it, each once, separated by blanks.
  [[nodiscard]] std::string mentions_for(Occasion occasion, const std::string& ref) const;
};

[[nodiscard]] std::vector<KeyDoc> keys();
[[nodiscard]] std::optional<Settings> read_settings(yaml::Reader& reader,
                                                    const NotifyContext& context);

}  // namespace pipectl::notifiers::slack
