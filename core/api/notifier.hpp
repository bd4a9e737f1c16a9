#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/attempt.hpp"
#include "core/api/run_story.hpp"
#include "core/api/stage_kind.hpp"
#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/env.hpp"
#include "core/base/http.hpp"

namespace pipectl {

/// Something to be posted. It is stored before it is sent, and may be sent by another pipectl than
/// the one that made it, hours later: the payload holds what is to be said; where to say it and the
/// secrets for it are those of the notifier that delivers it.
struct OutboxItem {
  std::string key;  ///< what it is about: `status/SHA/pipectl/unit`
  /// Items with this key that still wait are dropped: this one says what they said, and more.
  /// Empty: it stands for itself.
  std::string supersedes;
  std::string payload;  ///< JSON; redacted before it is stored, and again before it is sent
  /// How the run ended: ahead of all else that waits of it. An item that supersedes others has the
  /// place of the first of them.
  bool first{false};
};

/// What a notifier remembers of earlier deliveries: the id of a message to be changed. Survives
/// pipectl.
class DeliveryMemory {
 public:
  virtual ~DeliveryMemory() = default;
  [[nodiscard]] virtual std::optional<std::string> recall(const std::string& name) = 0;
  /// Returns when it is on disk. What could not be kept is lost, no more.
  virtual void remember(const std::string& name, const std::string& value) = 0;
};

/// What one delivery gets to work with.
struct Delivery {
  HttpClient& http;
  const Clock& clock;
  CancelToken cancel;     ///< pipectl ends; the item is then sent by the next one
  const EnvMap& host;     ///< variables of the CI system, without secrets
  const EnvMap& secrets;  ///< values of Notifier::secrets(); an optional one may be absent
  DeliveryMemory& memory;
};

/// How fast a service may be written to: `burst` at once, then one each `gap`.
struct Pace {
  unsigned burst{1};
  Milliseconds gap{0};
};

/// One entry below `notify:`, made from YAML. Immutable. `on` is called by one thread, `deliver` by
/// another. Neither can delay or fail a run.
class Notifier {
 public:
  virtual ~Notifier() = default;
  /// Names of declared secrets that `deliver` needs.
  [[nodiscard]] virtual std::vector<std::string> secrets() const = 0;
  [[nodiscard]] virtual Pace pace() const noexcept { return {}; }
  /// What an event calls for. Pure: the same event and story give the same items. The event is
  /// already part of the story.
  [[nodiscard]] virtual std::vector<OutboxItem> on(const RunEvent& event,
                                                   const RunStory& story) const = 0;
  /// Sends one item; items come in order. It may have been sent before by a pipectl that died
  /// before it could note that down: an id in the memory tells, or the service is asked.
  [[nodiscard]] virtual Attempt<> deliver(const OutboxItem& item, Delivery& delivery) const = 0;
};

/// What a kind may use while it reads its keys. Values are taken as they stand: a run cannot change
/// them.
struct NotifyContext {
  const Pipeline& pipeline;  ///< its secrets and environments are read, its stages are not
  Diagnostics& diagnostics;
};

/// A word that may stand below `notify:`: `slack`.
class NotifierKind {
 public:
  virtual ~NotifierKind() = default;
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;
  [[nodiscard]] virtual std::string_view summary() const noexcept = 0;
  [[nodiscard]] virtual std::vector<KeyDoc> keys() const = 0;
  /// Reads exactly keys(). Problems go to the context's diagnostics; the result is null only if
  /// there was at least one error. Does not call Reader::finish().
  [[nodiscard]] virtual std::unique_ptr<Notifier> parse(yaml::Reader& reader,
                                                        const NotifyContext& context) const = 0;
};

/// The name of a declared secret, or nothing where the key is absent or names none (reported).
[[nodiscard]] std::optional<std::string> read_secret_name(yaml::Reader& reader,
                                                          std::string_view key,
                                                          const NotifyContext& context);
/// A text as it stands; one that holds `${{` is reported.
[[nodiscard]] std::optional<std::string> read_plain_text(yaml::Reader& reader,
                                                         std::string_view key);
[[nodiscard]] std::vector<std::string> read_plain_texts(yaml::Reader& reader, std::string_view key);
/// The words behind `on`, or `otherwise` where the key is absent.
[[nodiscard]] std::vector<Occasion> read_occasions(yaml::Reader& reader,
                                                   std::vector<Occasion> otherwise);
/// An absolute http or https URL without user name and password, or nothing (reported).
[[nodiscard]] std::optional<std::string> read_url(yaml::Reader& reader, std::string_view key);

}  // namespace pipectl
