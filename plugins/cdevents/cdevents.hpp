#pragma once

#include <memory>

#include "core/api/notifier.hpp"

namespace pipectl::notifiers {

/// `cdevents: {url: …}`: CDEvents 0.5 as CloudEvents over HTTP (binary mode).
/// Source: https://github.com/cdevents/spec, spec.md and cloudevents-binding.md.
[[nodiscard]] std::unique_ptr<NotifierKind> make_cdevents_notifier();

}  // namespace pipectl::notifiers
