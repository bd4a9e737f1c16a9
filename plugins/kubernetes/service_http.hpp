#pragma once

#include <map>
#include <memory>
#include <string>

#include "plugins/kubernetes/kubectl.hpp"

namespace pipectl::plugins::kubernetes {

/// Reaches Services of the namespace by their names, through the API server's proxy to them:
/// `http://app:80/ready`. Every other host is asked as always.
///
/// It goes over `kubectl proxy`, which is started when it is first needed, listens on loopback, and
/// lets through nothing but calls to Services of this namespace. A Service that does not answer is
/// Fault::step; an API server that cannot be asked for it, Fault::infrastructure.
class ServiceHttp final : public HttpClient {
 public:
  explicit ServiceHttp(const Kubectl& kubectl);
  ~ServiceHttp() override;
  /// The cluster and the namespace that it reaches.
  [[nodiscard]] const Access& access() const noexcept { return kubectl_.access(); }
  Result<HttpResponse> send(const HttpRequest& request, const CancelToken& cancel) override;

 private:
  struct Proxy;
  [[nodiscard]] Result<bool> is_service(const std::string& name);
  [[nodiscard]] Result<std::string> base();

  const Kubectl& kubectl_;
  HttpClient& next_;
  std::map<std::string, bool> known_;
  std::unique_ptr<Proxy> proxy_;
};

}  // namespace pipectl::plugins::kubernetes
