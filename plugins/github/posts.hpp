#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "core/api/notifier.hpp"
#include "plugins/github/client.hpp"

namespace pipectl::github {

/// What sends one post of items.hpp. Each looks at what is there first (an id in the memory, or
/// what GitHub lists), so that a post that is sent twice does its work once. A dispatch cannot be
/// looked for: of one whose answer was lost it is said, and it is not sent again.
struct Sender {
  const Client& client;
  DeliveryMemory& memory;
  const nlohmann::ordered_json& post;
  std::string base;  ///< `/repos/OWNER/NAME`
  std::string key;   ///< of the post

  /// The text of one of the post's fields, or empty.
  [[nodiscard]] std::string text(const char* field) const;
  /// These fields of the post, where it has them.
  [[nodiscard]] nlohmann::ordered_json only(std::initializer_list<const char*> fields) const;
  /// Sends JSON; the answer is JSON, too (null when it has no body).
  [[nodiscard]] Attempt<nlohmann::json> send(const std::string& method, const std::string& path,
                                             const nlohmann::ordered_json& body,
                                             int expected = 0) const;
  /// The first item of a list, page after page (at most 10), that `is_it` likes; null: none.
  using IsIt = std::function<bool(const nlohmann::json&)>;
  [[nodiscard]] Attempt<nlohmann::json> find(const std::string& path, const IsIt& is_it) const;
};

[[nodiscard]] Attempt<> send_status(const Sender& sender);
[[nodiscard]] Attempt<> send_check(const Sender& sender);
[[nodiscard]] Attempt<> send_comment(const Sender& sender);
[[nodiscard]] Attempt<> send_deployment(const Sender& sender);
[[nodiscard]] Attempt<> send_issue(const Sender& sender);
[[nodiscard]] Attempt<> send_dispatch(const Sender& sender);

/// The number in a field, as text for a path; empty when there is none.
[[nodiscard]] std::string id_in(const nlohmann::json& object, const char* field);
/// The text of a field, or empty.
[[nodiscard]] std::string text_in(const nlohmann::json& object, const char* field);

}  // namespace pipectl::github
