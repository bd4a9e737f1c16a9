#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/api/attempt.hpp"
#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/env.hpp"
#include "core/base/http.hpp"
#include "core/base/percent.hpp"

namespace pipectl::github {

/// Which GitHub, and who asks. The token goes into the Authorization header of requests to
/// `api_url`'s own origin and nowhere else.
struct Access {
  std::string api_url{"https://api.github.com"};  ///< without a slash at its end
  std::string token;                              ///< empty: anonymous
};

struct Call {
  std::string method{"GET"};
  /// Below the API's URL: `/repos/o/r/statuses/SHA`; or a whole URL that GitHub itself gave
  /// (`upload_url` of a release), of the API's host or one beside it.
  std::string path;
  std::string body;                 ///< JSON, or the bytes of an upload
  std::filesystem::path body_file;  ///< of which the bytes are, read while they are sent
  std::string content_type{"application/json"};
  int expected{0};  ///< the only status that is a success; 0: any 2xx
  Milliseconds timeout{20'000};
};

/// A response that is a success.
struct Answer {
  int status{0};
  std::string body;  ///< JSON
  std::string next;  ///< URL of the next page of a list, or empty
};

/// GitHub's REST API, with its limits understood: a refusal says how long to wait (`retry-after`,
/// else `x-ratelimit-reset` when nothing is left, else a minute for a secondary limit). What it
/// says went wrong is in the message (`message` and `errors` of its answer); never the token.
/// Does not retry by itself. Cheap to make; used by one thread.
class Client {
 public:
  Client(HttpClient& http, Access access, const Clock& clock, CancelToken cancel);

  [[nodiscard]] Attempt<Answer> send(const Call& call) const;
  /// GET of a path or of Answer::next.
  [[nodiscard]] Attempt<Answer> get(std::string path) const;

 private:
  [[nodiscard]] Refusal refusal(const Call& call, const HttpResponse& response) const;

  HttpClient& http_;
  Access access_;
  const Clock& clock_;
  CancelToken cancel_;
};

/// One segment of a path or a value of a query, percent-encoded.
[[nodiscard]] inline std::string encoded(std::string_view text) { return percent_encoded(text); }

}  // namespace pipectl::github
