#pragma once

#include <utility>

#include "core/api/secret_keeper.hpp"
#include "core/engine/secret_vault.hpp"
#include "core/engine/worker_emitter.hpp"

namespace pipectl {

/// The voice of a stage that may come by values of secrets itself.
class KeepingEmitter final : public WorkerEmitter, public SecretKeeper {
 public:
  KeepingEmitter(const plan::Node& node, Mailbox& mailbox, const Redactor& redactor,
                 SecretVault& vault)
      : WorkerEmitter(node.id, mailbox, redactor), stage_(node.name), vault_(vault) {}

  Result<void> hide(const std::string& name, const std::string& value) override {
    return vault_.hide(name, value);
  }
  Result<void> write_down(Deed deed) override {
    return vault_.write_down({.role = std::move(deed.what),
                              .user = stage_,
                              .secret = std::move(deed.secret),
                              .provider = std::move(deed.provider),
                              .source = std::move(deed.source)});
  }

 private:
  const std::string& stage_;
  SecretVault& vault_;
};

}  // namespace pipectl
