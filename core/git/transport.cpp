#include "core/git/transport.hpp"

#include <git2/sys/errors.h>
#include <git2/sys/transport.h>

#include <memory>
#include <utility>

#include "core/git/session.hpp"
#include "core/git/wire.hpp"

// libgit2 calls back into these through C: no exception may cross, so every entry is noexcept in
// effect (`guarded`).

namespace pipectl::git {
namespace {

/// libgit2 keeps the list in memory. A hundred thousand references take ten megabytes.
constexpr std::size_t longest_list = std::size_t{128} << 20U;

struct Transport;

/// libgit2's view of a Wire. The base must come first: libgit2 hands its address around.
struct Stream : git_smart_subtransport_stream {
  Transport* transport{nullptr};
  std::unique_ptr<Wire> wire;
  std::string wants;  ///< the first thing written; kept until the second
  int writes{0};
  std::size_t listed{0};  ///< bytes read before anything was written
};

struct Transport : git_smart_subtransport {
  Session* session{nullptr};
  bool is_web{false};
  Stream* current{nullptr};  ///< of a wire that serves the list and the objects alike
};

bool is_web(const Session& session) {
  return session.address.scheme == Scheme::https || session.address.scheme == Scheme::http;
}

int remember(Session& session, Error error) {
  git_error_set_str(GIT_ERROR_NET, error.message.c_str());
  const bool by_user = error.fault == Fault::cancelled;
  if (!session.error) session.error = std::move(error);
  return by_user ? GIT_EUSER : GIT_ERROR;
}

template <class Function>
int guarded(Session& session, Function&& function) {
  try {
    return std::forward<Function>(function)();
  } catch (const std::exception& exception) {
    return remember(session, {Fault::infrastructure, exception.what(), {}});
  }
}

int read_stream(git_smart_subtransport_stream* base, char* buffer, std::size_t size,
                std::size_t* count) {
  auto& stream = *static_cast<Stream*>(base);
  Session& session = *stream.transport->session;
  return guarded(session, [&] {
    *count = 0;
    const auto got = stream.wire->read({buffer, size});
    if (!got) return remember(session, got.error());
    // libgit2 stops reading when it has what it wants: an end that it gets to see is too early.
    if (*got == 0) return remember(session, stream.wire->why_ended());
    if (stream.writes == 0 && (stream.listed += *got) > longest_list)
      return remember(session, {Fault::infrastructure,
                                session.address.url() + ": its list of references has no end",
                                {}});
    *count = *got;
    return 0;
  });
}

/// libgit2 1.8 asks for the objects of a shallow fetch a second time when it goes on to negotiate
/// (libgit2 issue 6889). Over HTTP that is right, every request stands alone; on one connection the
/// server takes it for an error. The repetition is cut off.
std::string_view without_repetition(Stream& stream, std::string_view bytes) {
  const bool pushes = stream.transport->session->purpose == Purpose::push;
  if (stream.writes++ > 1 || stream.transport->is_web || pushes) return bytes;
  if (stream.writes == 1) {
    stream.wants = bytes;
  } else {
    if (bytes.starts_with(stream.wants)) bytes.remove_prefix(stream.wants.size());
    stream.wants.clear();
  }
  return bytes;
}

int write_stream(git_smart_subtransport_stream* base, const char* bytes, std::size_t size) {
  auto& stream = *static_cast<Stream*>(base);
  Session& session = *stream.transport->session;
  return guarded(session, [&] {
    const auto sent = stream.wire->write(without_repetition(stream, {bytes, size}));
    return sent ? 0 : remember(session, sent.error());
  });
}

void free_stream(git_smart_subtransport_stream* base) {
  auto* stream = static_cast<Stream*>(base);
  if (stream == nullptr) return;
  if (stream->transport->current == stream) stream->transport->current = nullptr;
  delete stream;
}

Result<std::unique_ptr<Wire>> open_wire(Session& session, Service service) {
  switch (session.address.scheme) {
    case Scheme::https:
    case Scheme::http:
      return open_http_wire(session, service);
    case Scheme::ssh:
      return open_ssh_wire(session);
    case Scheme::git:
      return open_git_wire(session);
    case Scheme::local:
      break;
  }
  return fail(Fault::bug, "a local path has no wire");
}

int start_service(git_smart_subtransport_stream** out, git_smart_subtransport* base,
                  const char* /*url*/, git_smart_service_t action) {
  auto& transport = *static_cast<Transport*>(base);
  Session& session = *transport.session;
  return guarded(session, [&] {
    const bool is_list =
        action == GIT_SERVICE_UPLOADPACK_LS || action == GIT_SERVICE_RECEIVEPACK_LS;
    if (!is_list && !transport.is_web && transport.current != nullptr) {
      *out = transport.current;
      return 0;
    }
    auto wire = open_wire(session, is_list ? Service::list : Service::objects);
    if (!wire) return remember(session, wire.error());
    auto stream = std::make_unique<Stream>();
    stream->subtransport = base;
    stream->read = read_stream;
    stream->write = write_stream;
    stream->free = free_stream;
    stream->transport = &transport;
    stream->wire = std::move(*wire);
    transport.current = stream.get();
    *out = stream.release();
    return 0;
  });
}

int close_transport(git_smart_subtransport* /*base*/) { return 0; }
void free_transport(git_smart_subtransport* base) { delete static_cast<Transport*>(base); }

int make_subtransport(git_smart_subtransport** out, git_transport* /*owner*/, void* session) {
  auto transport = std::make_unique<Transport>();
  transport->action = start_service;
  transport->close = close_transport;
  transport->free = free_transport;
  transport->session = static_cast<Session*>(session);
  transport->is_web = is_web(*transport->session);
  *out = transport.release();
  return 0;
}

}  // namespace

int open_transport(git_transport** out, git_remote* remote, void* payload) {
  auto& session = *static_cast<Session*>(payload);
  git_smart_subtransport_definition definition{make_subtransport, is_web(session) ? 1U : 0U,
                                               payload};
  const int code = git_transport_smart(out, remote, &definition);
  session.transport = code == 0 ? *out : nullptr;
  return code;
}

}  // namespace pipectl::git
