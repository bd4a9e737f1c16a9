#include <fcntl.h>
#include <netdb.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "core/base/unique_fd.hpp"
#include "core/git/remote_error.hpp"
#include "core/git/session.hpp"
#include "core/git/wire.hpp"

namespace pipectl::git {
namespace {

struct AddressListDeleter {
  void operator()(addrinfo* list) const noexcept { freeaddrinfo(list); }
};
using AddressList = std::unique_ptr<addrinfo, AddressListDeleter>;

Result<AddressList> look_up(const Address& address) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const std::string port = address.port.empty() ? "9418" : address.port;
  const int code = getaddrinfo(address.host.c_str(), port.c_str(), &hints, &list);
  if (code != 0) return tl::unexpected(unreachable(address, gai_strerror(code)));
  return AddressList(list);
}

/// One address of the host. The error is only the reason.
Result<UniqueFd> connect_one(const addrinfo& target, const Session& session) {
  UniqueFd fd(socket(target.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return fail(Fault::infrastructure, std::strerror(errno));
  if (::connect(fd.get(), target.ai_addr, target.ai_addrlen) == 0) return fd;
  if (errno != EINPROGRESS) return fail(Fault::infrastructure, std::strerror(errno));
  TRY(wait_ready(fd.get(), Direction::write, session.silence_deadline(), session.cancel));
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return fail(Fault::infrastructure, std::strerror(error));
  return fd;
}

Result<UniqueFd> connect_any(const Session& session) {
  const AddressList list = TRY(look_up(session.address));
  std::string why = "no address";
  for (const addrinfo* target = list.get(); target != nullptr; target = target->ai_next) {
    auto fd = connect_one(*target, session);
    if (fd) return fd;
    if (fd.error().fault == Fault::cancelled) return tl::unexpected(cancelled());
    why = fd.error().message;
  }
  return tl::unexpected(unreachable(session.address, why));
}

class GitWire final : public Wire {
 public:
  GitWire(Session& session, UniqueFd fd) : session_(session), fd_(std::move(fd)) {}

  Result<std::size_t> read(std::span<char> buffer) override {
    ssize_t count = -1;
    do {
      TRY(ready(Direction::read));
      count = recv(fd_.get(), buffer.data(), buffer.size(), 0);
    } while (count < 0 && (errno == EAGAIN || errno == EINTR));
    if (count < 0) return tl::unexpected(cut_off(session_.address, std::strerror(errno)));
    return static_cast<std::size_t>(count);
  }

  Result<void> write(std::string_view bytes) override {
    while (!bytes.empty()) {
      TRY(ready(Direction::write));
      const ssize_t count = send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count < 0 && (errno == EAGAIN || errno == EINTR)) continue;
      if (count < 0) return tl::unexpected(cut_off(session_.address, std::strerror(errno)));
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
  }

  Error why_ended() override { return cut_off(session_.address); }

 private:
  Result<void> ready(Direction direction) {
    auto outcome = wait_ready(fd_.get(), direction, session_.silence_deadline(), session_.cancel);
    if (outcome || outcome.error().fault == Fault::cancelled) return outcome;
    return tl::unexpected(silent(session_.address, session_.request.silence));
  }

  Session& session_;
  UniqueFd fd_;
};

/// The one request line of the protocol: gitprotocol-pack(5), "Git Transport".
std::string request_line(const Session& session) {
  const Address& address = session.address;
  const std::string host = address.port.empty() ? address.host : address.host + ":" + address.port;
  const std::string line = std::string(session.service()) + " " + address.path +
                           std::string(1, '\0') + "host=" + host + std::string(1, '\0');
  constexpr std::string_view digits = "0123456789abcdef";
  const std::size_t size = line.size() + 4;
  std::string length;
  for (const unsigned shift : {12U, 8U, 4U, 0U}) length += digits[(size >> shift) & 15U];
  return length + line;
}

}  // namespace

Result<std::unique_ptr<Wire>> open_git_wire(Session& session) {
  const std::string line = request_line(session);
  if (line.size() > 4096)
    return fail(Fault::usage, "the path of " + session.address.url() + " is too long");
  auto wire = std::make_unique<GitWire>(session, TRY(connect_any(session)));
  TRY(wire->write(line));
  return wire;
}

}  // namespace pipectl::git
