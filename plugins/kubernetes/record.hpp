#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plugins/kubernetes/kubectl.hpp"
#include "plugins/kubernetes/objects.hpp"

namespace pipectl::plugins::kubernetes {

/// A release that ran, with all that brings it back.
struct Release {
  std::string image;
  std::string commit;
  std::string run;
  std::string time;
  std::string set;      ///< the Deployment that carries it: `app`, `app-green`
  ObjectList objects;   ///< as applied, without Secrets; empty: too large to be kept
  Selectors selectors;  ///< of its Services
  int replicas{1};
  bool left{false};  ///< somebody went back from it (core/api/release_history.hpp)
};

/// What the namespace itself knows of a deployment: it outlives the run, its machine and its store.
///
/// It is one ConfigMap beside the Deployment, `pipectl-NAME`, so that whoever may deploy may also
/// read how to go back, from any machine. Kubernetes bounds it at 1 MiB: the objects of the oldest
/// releases are dropped first, then those of the one that runs. Secrets never get into it.
struct Record {
  std::optional<Release> running;  ///< the last one that was healthy
  std::vector<Release> history;    ///< others, the last one in service first
  std::string deploying;           ///< the run that is under way; empty: none
};

class RecordBook {
 public:
  RecordBook(const Kubectl& kubectl, const std::string& deployment)
      : kubectl_(kubectl), name_("pipectl-" + deployment) {}
  /// An empty record when there is none.
  [[nodiscard]] Result<Record> read(const DeployWork& work) const;
  [[nodiscard]] Result<void> write(const Record& record, const DeployWork& work) const;

 private:
  const Kubectl& kubectl_;
  std::string name_;
};

/// Creates an object, or replaces it when it is there. From stdin, so that no value is ever on a
/// command line, and without what `apply` would keep of it in an annotation.
[[nodiscard]] Result<void> put(const Kubectl& kubectl, const std::string& object,
                               const DeployWork& work);

}  // namespace pipectl::plugins::kubernetes
