#include "tests/support/github_double.hpp"

namespace pipectl::test {
namespace {

using Json = nlohmann::json;

const std::string repo = "/repos/team/shop";

Json body_of(const httplib::Request& request) { return Json::parse(request.body, nullptr, false); }

void reply(httplib::Response& answer, int status, const Json& body) {
  answer.status = status;
  answer.set_content(body.dump(), "application/json");
}

void not_found(httplib::Response& answer) { reply(answer, 404, {{"message", "Not Found"}}); }

std::size_t number_of(const std::string& text) { return std::stoul(text); }

}  // namespace

GitHubDouble::GitHubDouble(Checks checks)
    : checks_allowed_(checks), server_([this](httplib::Server& server) { prepare(server); }) {}

void GitHubDouble::prepare(httplib::Server& server) {
  server.Post(repo + "/statuses/([0-9a-f]+)", locked([this](const auto& request, auto& answer) {
                Json status = body_of(request);
                if (status.value("description", "").size() > 140 * 4)
                  return reply(answer, 422, {{"message", "Validation Failed"}});
                status["sha"] = request.matches[1].str();
                statuses_.push_back(status);
                reply(answer, 201, status);
              }));
  server.Get(repo + "/languages", locked([](const auto&, auto& answer) {
               reply(answer, 200, {{"C++", 100}});
             }));
  server.Post(repo + "/dispatches", locked([this](const auto& request, auto& answer) {
                dispatches_.push_back(body_of(request));
                answer.status = 204;
              }));
  server.Post(repo + "/actions/workflows/([^/]+)/dispatches",
              locked([this](const auto& request, auto& answer) {
                Json dispatch = body_of(request);
                dispatch["workflow"] = request.matches[1].str();
                dispatches_.push_back(dispatch);
                answer.status = 204;
              }));
  answer_checks(server);
  answer_conversations(server);
  answer_deployments(server);
}

bool GitHubDouble::fails(const Request& request, Response& answer) {
  requests_.push_back(request.method + " " + request.path);
  if (request.get_header_value("Authorization") != "Bearer t0ken-of-test") {
    reply(answer, 401, {{"message", "Bad credentials"}});
    return true;
  }
  if (failures_ == 0 || (request.method == "GET" && !failing_reads_)) return false;
  --failures_;
  answer.status = failure_status_;
  answer.set_content(failure_body_, "application/json");
  return true;
}

void GitHubDouble::answer_checks(httplib::Server& server) {
  server.Post(repo + "/check-runs", locked([this](const auto& request, auto& answer) {
                if (checks_allowed_ != Checks::allowed)
                  return reply(answer, 403,
                               {{"message", "Resource not accessible by personal access token"}});
                Json check = body_of(request);
                check["id"] = checks_.size();
                checks_.push_back(check);
                reply(answer, 201, check);
              }));
  server.Patch(
      repo + "/check-runs/(\\d+)", locked([this](const auto& request, auto& answer) {
        const auto id = number_of(request.matches[1]);
        if (id >= checks_.size()) return not_found(answer);
        const Json change = body_of(request);
        // Annotations are appended.
        Json annotations = checks_[id].value("/output/annotations"_json_pointer, Json::array());
        checks_[id].update(change);
        for (const Json& one : change.value("/output/annotations"_json_pointer, Json::array()))
          annotations.push_back(one);
        checks_[id]["output"]["annotations"] = annotations;
        if (change.value("/output/annotations"_json_pointer, Json::array()).size() > 50)
          return reply(answer, 422, {{"message", "too many annotations"}});
        reply(answer, 200, checks_[id]);
      }));
  server.Get(repo + "/commits/([0-9a-f]+)/check-runs", locked([this](const auto&, auto& answer) {
               if (checks_allowed_ == Checks::forbidden)
                 return reply(answer, 403,
                              {{"message", "Resource not accessible by personal access token"}});
               reply(answer, 200, {{"total_count", checks_.size()}, {"check_runs", checks_}});
             }));
}

void GitHubDouble::answer_conversations(httplib::Server& server) {
  server.Get(repo + "/issues/(\\d+)/comments", locked([this](const auto& request, auto& answer) {
               // Two comments on a page, so that there are several.
               const std::size_t page =
                   request.has_param("page") ? number_of(request.get_param_value("page")) : 1;
               Json list = Json::array();
               for (std::size_t i = (page - 1) * 2; i < std::min(page * 2, comments_.size()); ++i)
                 list.push_back(comments_[i]);
               if (page * 2 < comments_.size())
                 answer.set_header("Link", "<" + url() + request.path + "?page=" +
                                               std::to_string(page + 1) + ">; rel=\"next\"");
               reply(answer, 200, list);
             }));
  server.Post(repo + "/issues/(\\d+)/comments", locked([this](const auto& request, auto& answer) {
                Json comment = body_of(request);
                comment["id"] = comments_.size();
                comment["issue"] = number_of(request.matches[1]);
                comments_.push_back(comment);
                reply(answer, 201, comment);
              }));
  server.Patch(repo + "/issues/comments/(\\d+)", locked([this](const auto& request, auto& answer) {
                 const auto id = number_of(request.matches[1]);
                 if (id >= comments_.size()) return not_found(answer);
                 comments_[id].update(body_of(request));
                 reply(answer, 200, comments_[id]);
               }));
  server.Get(repo + "/issues", locked([this](const auto&, auto& answer) {
               Json open = Json::array();
               for (const Json& issue : issues_)
                 if (issue["state"] == "open") open.push_back(issue);
               reply(answer, 200, open);
             }));
  server.Post(repo + "/issues", locked([this](const auto& request, auto& answer) {
                Json issue = body_of(request);
                issue["number"] = issues_.size() + 1;
                issue["state"] = "open";
                issues_.push_back(issue);
                reply(answer, 201, issue);
              }));
  server.Patch(repo + "/issues/(\\d+)", locked([this](const auto& request, auto& answer) {
                 Json& issue = issues_.at(number_of(request.matches[1]) - 1);
                 issue.update(body_of(request));
                 reply(answer, 200, issue);
               }));
}

void GitHubDouble::answer_deployments(httplib::Server& server) {
  server.Post(repo + "/deployments", locked([this](const auto& request, auto& answer) {
                Json made = body_of(request);
                made["id"] = deployments_.size();
                made["statuses"] = Json::array();
                deployments_.push_back(made);
                reply(answer, 201, made);
              }));
  server.Get(repo + "/deployments",
             locked([this](const auto&, auto& answer) { reply(answer, 200, deployments_); }));
  server.Post(repo + "/deployments/(\\d+)/statuses",
              locked([this](const auto& request, auto& answer) {
                Json& deployment = deployments_.at(number_of(request.matches[1]));
                deployment["statuses"].push_back(body_of(request));
                reply(answer, 201, deployment["statuses"].back());
              }));
}

std::vector<Json> GitHubDouble::copy(const std::vector<Json>& list) const {
  const std::lock_guard lock{mutex_};
  return list;
}

std::vector<std::string> GitHubDouble::requests() const {
  const std::lock_guard lock{mutex_};
  return requests_;
}

void GitHubDouble::fail_next(int requests, int status, std::string body, Of of) {
  const std::lock_guard lock{mutex_};
  failing_reads_ = of == Of::all;
  failures_ = requests;
  failure_status_ = status;
  failure_body_ = std::move(body);
}

void GitHubDouble::add_comment(const Json& comment) {
  const std::lock_guard lock{mutex_};
  comments_.push_back(comment);
  comments_.back()["id"] = comments_.size() - 1;
}

}  // namespace pipectl::test
