#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/api/deploy_target.hpp"

namespace pipectl::renderhost {

/// A deploy as Render tells of it. https://api-docs.render.com/reference/list-deploys
struct Deploy {
  std::string id;
  std::string status;  ///< `live`, `build_in_progress`, `build_failed`, …
  std::string commit;
  std::string image;
  [[nodiscard]] bool is_live() const { return status == "live"; }
  /// It neither is live nor failed yet.
  [[nodiscard]] bool is_under_way() const;
  /// It will never be live.
  [[nodiscard]] bool has_failed() const;
  /// `dep-1 (1f3c9a2)`
  [[nodiscard]] std::string name() const;
};

/// What is asked to be deployed; both empty: what the service is set to.
struct Wanted {
  std::string commit;
  std::string image;
};

/// One service, through Render's API. What a moment's trouble spoils is asked again, unless asking
/// twice would deploy twice. Errors: Fault::infrastructure when Render cannot be reached, refuses
/// the key or is in trouble, Fault::step when it does not accept what was asked.
class Api {
 public:
  struct Service {
    std::string base;  ///< `https://api.render.com/v1`
    std::string id;
    std::string key;
  };
  Api(StageContext& context, Service service) : context_(context), service_(std::move(service)) {}

  /// The newest first.
  [[nodiscard]] Result<std::vector<Deploy>> deploys(const DeployWork& work) const;
  [[nodiscard]] Result<Deploy> deploy(const std::string& id, const DeployWork& work) const;
  /// Begins one.
  [[nodiscard]] Result<Deploy> start(const Wanted& wanted, const DeployWork& work) const;
  /// Begins to go back to an earlier one.
  [[nodiscard]] Result<Deploy> roll_back(const std::string& id, const DeployWork& work) const;
  /// Until it is live, or never will be.
  [[nodiscard]] Result<std::string> await_live(const std::string& id, const DeployWork& work) const;

 private:
  enum class Twice { harmless, deploys_twice };
  struct Ask {
    std::string method;
    std::string path;
    std::string body{};
    Twice twice{Twice::harmless};
  };
  [[nodiscard]] Result<HttpResponse> send(const Ask& ask, const DeployWork& work) const;
  [[nodiscard]] Result<Deploy> begun(const Result<HttpResponse>& answer,
                                     const DeployWork& work) const;

  StageContext& context_;
  Service service_;
};

/// Asks a deploy hook, whose URL is a secret; the id of the deploy, where it tells one.
[[nodiscard]] Result<std::string> call_hook(StageContext& context, const std::string& url,
                                            const Wanted& wanted, const DeployWork& work);

}  // namespace pipectl::renderhost
