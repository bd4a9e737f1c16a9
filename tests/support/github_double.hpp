#pragma once

#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/http_double.hpp"

namespace pipectl::test {

/// As much of GitHub's API as notifiers use, for one repository `team/shop`, on the loopback
/// interface.
class GitHubDouble {
 public:
  enum class Checks { allowed, read_only, forbidden };
  explicit GitHubDouble(Checks checks = Checks::allowed);

  using Json = nlohmann::json;
  [[nodiscard]] std::vector<Json> statuses() const { return copy(statuses_); }
  [[nodiscard]] std::vector<Json> checks() const { return copy(checks_); }
  [[nodiscard]] std::vector<Json> comments() const { return copy(comments_); }
  [[nodiscard]] std::vector<Json> issues() const { return copy(issues_); }
  [[nodiscard]] std::vector<Json> deployments() const { return copy(deployments_); }
  [[nodiscard]] std::vector<Json> dispatches() const { return copy(dispatches_); }
  /// `POST /repos/team/shop/statuses/…`
  [[nodiscard]] std::vector<std::string> requests() const;
  enum class Of { all, writes };
  /// The next requests, or those that write, are answered with this status and body.
  void fail_next(int requests, int status, std::string body, Of of = Of::all);
  /// Somebody else's, to be left alone.
  void add_comment(const Json& comment);

  [[nodiscard]] std::string url() const { return server_.url(""); }

 private:
  using Request = httplib::Request;
  using Response = httplib::Response;
  void prepare(httplib::Server& server);
  bool fails(const Request& request, Response& answer);
  void answer_checks(httplib::Server& server);
  void answer_conversations(httplib::Server& server);
  void answer_deployments(httplib::Server& server);
  [[nodiscard]] std::vector<Json> copy(const std::vector<Json>& list) const;

  /// The handler runs under the lock, unless the request is to fail.
  template <class Handle>
  httplib::Server::Handler locked(Handle handle) {
    return [this, handle](const Request& request, Response& answer) {
      const std::lock_guard lock{mutex_};
      if (!fails(request, answer)) handle(request, answer);
    };
  }

  const Checks checks_allowed_;
  mutable std::mutex mutex_;
  std::vector<Json> statuses_;  // protected by mutex_, as all below
  std::vector<Json> checks_;
  std::vector<Json> comments_;
  std::vector<Json> issues_;
  std::vector<Json> deployments_;
  std::vector<Json> dispatches_;
  std::vector<std::string> requests_;
  int failures_{0};
  bool failing_reads_{true};
  int failure_status_{0};
  std::string failure_body_;
  HttpDouble server_;  ///< last: it uses all of the above
};

}  // namespace pipectl::test
