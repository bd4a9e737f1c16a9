#pragma once

#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/http_double.hpp"

namespace pipectl::test {

/// Slack's Web API and incoming webhooks on the loopback interface: it refuses what Slack refuses
/// and keeps the messages that it took.
class SlackDouble {
 public:
  SlackDouble();

  struct Message {
    std::string channel;
    std::string thread;
    nlohmann::json content;
    int changed{0};
  };
  /// In the order in which they were posted.
  [[nodiscard]] std::vector<Message> messages() const;
  /// What Slack complained of.
  [[nodiscard]] std::vector<std::string> errors() const;
  /// The next requests get 429 with this Retry-After.
  void limit(int requests, int seconds);

  [[nodiscard]] std::string api() const { return server_.url("/api"); }
  [[nodiscard]] std::string webhook() const { return server_.url("/services/T0/B0/secret"); }
  static constexpr const char* token = "xoxb-of-the-test";

 private:
  void prepare(httplib::Server& server);
  bool limited(httplib::Response& answer);
  void post(const httplib::Request& request, httplib::Response& answer);
  void update(const httplib::Request& request, httplib::Response& answer);
  void refuse(httplib::Response& answer, const std::string& error);

  mutable std::mutex mutex_;
  std::vector<std::string> order_;           // protected by mutex_, as all below
  std::map<std::string, Message> messages_;  ///< by ts
  std::vector<std::string> errors_;
  int limited_requests_{0};
  int limited_seconds_{0};
  HttpDouble server_;  ///< last: it uses all of the above
};

/// What Slack says of these blocks, or empty: 50 blocks, 3,000 characters in a section's text, 150
/// in a header, 10 elements in a context, and about 13,000 characters in all.
[[nodiscard]] std::string complaint_about(const nlohmann::json& content);

}  // namespace pipectl::test
