#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/api/deploy_target.hpp"
#include "plugins/docker/arguments.hpp"
#include "plugins/docker/client.hpp"
#include "plugins/docker/compose_release.hpp"
#include "plugins/docker/engine_book.hpp"

namespace pipectl::docker {

/// A Compose project of an engine, and the record of it: the labels of a container that never runs.
/// All deeds may be repeated.
class ComposeTargetProject {
 public:
  ComposeTargetProject(StageContext& context, std::string name)
      : context_(context),
        client_(context.executor, context.env, &context.emit),
        name_(std::move(name)),
        lock_(client_, context, "compose-" + name_),
        book_(client_, context, "pipectl-" + name_) {}

  /// Finds the programs and the engine, and takes the lock: whoever goes back from anybody.
  [[nodiscard]] Result<void> open(DeployPurpose purpose, const DeployWork& work);
  /// Goes on holding the lock for as long as this may take.
  [[nodiscard]] Result<void> hold(const DeployWork& work);
  [[nodiscard]] bool has_lost_lock() const noexcept { return lock_.is_lost(); }
  /// Finds the engine, to look only.
  [[nodiscard]] Result<void> look() const;
  /// See EngineLock::taken_from().
  [[nodiscard]] const std::string& unfinished() const noexcept { return lock_.taken_from(); }
  [[nodiscard]] Result<ComposeRecord> read_record(const DeployWork& work) const;
  [[nodiscard]] Result<void> write_record(const ComposeRecord& record,
                                          const DeployWork& work) const;

  /// Refuses what Compose does not accept, and services whose image has no name, such as `shop:`
  /// where a variable is empty: Fault::step. Changes nothing.
  [[nodiscard]] Result<void> check(const std::vector<std::filesystem::path>& files,
                                   const ComposeRelease& release) const;
  /// Those of the stage's secrets whose values these files put into settings of containers, where
  /// `docker inspect` shows them. Nothing of files that Compose does not accept.
  [[nodiscard]] Result<std::vector<std::string>> shown_secrets(
      const std::vector<std::filesystem::path>& files, const ComposeRelease& release) const;
  /// Brings it up as these files say; what they no longer name is removed.
  [[nodiscard]] Result<void> up(const std::vector<std::filesystem::path>& files,
                                const ComposeRelease& release, const DeployWork& work) const;
  [[nodiscard]] Result<void> down(const DeployWork& work) const;
  [[nodiscard]] Result<bool> has_containers(const DeployWork& work) const;
  /// Until all run and are healthy; how many there are.
  [[nodiscard]] Result<std::size_t> await_healthy(const DeployWork& work) const;
  /// What its containers run: name of the image -> id.
  [[nodiscard]] Result<std::map<std::string, std::string>> images(const DeployWork& work) const;
  /// Gives images their names back.
  [[nodiscard]] Result<void> tag(const std::map<std::string, std::string>& images,
                                 const DeployWork& work) const;

 private:
  [[nodiscard]] Call call(const DeployWork& work) const;
  [[nodiscard]] std::string label() const;
  [[nodiscard]] Arguments command(const std::vector<std::filesystem::path>& files,
                                  const ComposeRelease& release) const;
  [[nodiscard]] Client client_for(const ComposeRelease& release) const;
  /// What Compose makes of the files, as YAML.
  [[nodiscard]] Result<Answer> config(const std::vector<std::filesystem::path>& files,
                                      const ComposeRelease& release, const Client& client) const;
  [[nodiscard]] Result<std::vector<std::string>> containers(const DeployWork& work) const;

  StageContext& context_;
  Client client_;
  std::string name_;
  EngineLock lock_;
  EngineRecord book_;
  Arguments program_;
};

}  // namespace pipectl::docker
