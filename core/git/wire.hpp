#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/result.hpp"

namespace pipectl::git {

struct Session;

/// Two ends of one conversation with a git server. Every call ends early, with Fault::cancelled,
/// when the session is cancelled, and with an error when the server says nothing for too long:
/// libgit2's own connections do neither while they wait.
class Wire {
 public:
  virtual ~Wire() = default;
  /// At least one byte, or none at the end of the conversation.
  virtual Result<std::size_t> read(std::span<char> buffer) = 0;
  /// All of it.
  virtual Result<void> write(std::string_view bytes) = 0;
  /// What the server told beside the protocol when it hung up early (the standard error of ssh).
  [[nodiscard]] virtual Error why_ended() = 0;
};

/// What git asks a server for: the list of references, or objects.
enum class Service { list, objects };

/// git://: one TCP connection serves both.
[[nodiscard]] Result<std::unique_ptr<Wire>> open_git_wire(Session& session);
/// ssh: the user's own `ssh`, for its configuration, keys, agents and known hosts.
[[nodiscard]] Result<std::unique_ptr<Wire>> open_ssh_wire(Session& session);
/// https and http over libcurl: one request for the list, one for each step of the negotiation.
[[nodiscard]] Result<std::unique_ptr<Wire>> open_http_wire(Session& session, Service service);

enum class Direction { read, write };

/// Waits until `fd` is ready. Fault::cancelled, or an error when `deadline` passes first.
[[nodiscard]] Result<void> wait_ready(int fd, Direction direction, SteadyTime deadline,
                                      const CancelToken& cancel);

}  // namespace pipectl::git
