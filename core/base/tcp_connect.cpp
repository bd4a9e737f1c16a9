#include "core/base/tcp_connect.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <thread>

#include "core/base/unique_fd.hpp"

namespace pipectl {
namespace {

using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

/// Waits until `fd` is ready. Fails at the deadline or on cancellation.
Result<void> await(int fd, short events, SteadyTime deadline, const CancelToken& cancel) {
  constexpr auto most = Milliseconds{1'000};  // a token may have no descriptor
  while (true) {
    if (cancel.cancelled()) return fail(Fault::cancelled, "interrupted");
    const auto left = std::chrono::ceil<Milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return fail(Fault::step, "no answer in time");
    std::array<pollfd, 2> watched{{{fd, events, 0}, {cancel.fd(), POLLIN, 0}}};
    poll(watched.data(), watched.size(), static_cast<int>(std::min(left, most).count()));
    if (watched[0].revents != 0) return {};
  }
}

/// getaddrinfo in a thread of its own, as it can be neither bounded nor cancelled. Shared by both
/// sides: who finishes last frees it.
struct Lookup {
  std::string host;
  std::string port;
  UniqueFd done{eventfd(0, EFD_CLOEXEC)};
  int error{EAI_FAIL};                      ///< constant once `done` is readable
  Addresses found{nullptr, &freeaddrinfo};  ///< the same

  void run() {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* first = nullptr;
    error = getaddrinfo(host.c_str(), port.c_str(), &hints, &first);
    if (error == 0) found.reset(first);
    eventfd_write(done.get(), 1);
  }
};

Result<Addresses> resolve(const std::string& host, const std::string& port, SteadyTime deadline,
                          const CancelToken& cancel) {
  auto lookup = std::make_shared<Lookup>();
  lookup->host = host;
  lookup->port = port;
  if (!lookup->done) return fail(Fault::infrastructure, "no descriptor is left");
  try {
    std::thread{[lookup] { lookup->run(); }}.detach();
  } catch (const std::system_error& error) {
    return fail(Fault::infrastructure, fmt::format("no thread is left: {}", error.what()));
  }
  TRY(await(lookup->done.get(), POLLIN, deadline, cancel));
  eventfd_t ignored = 0;
  eventfd_read(lookup->done.get(), &ignored);
  if (lookup->error != 0)
    return fail(Fault::step,
                fmt::format("'{}' cannot be resolved: {}", host, gai_strerror(lookup->error)));
  return std::move(lookup->found);
}

Result<void> connect_to(const addrinfo& address, SteadyTime deadline, const CancelToken& cancel) {
  const UniqueFd socket{::socket(
      address.ai_family, address.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, address.ai_protocol)};
  if (!socket) return fail(Fault::step, std::strerror(errno));
  if (connect(socket.get(), address.ai_addr, address.ai_addrlen) == 0) return {};
  if (errno != EINPROGRESS) return fail(Fault::step, std::strerror(errno));
  TRY(await(socket.get(), POLLOUT, deadline, cancel));
  int error = 0;
  socklen_t size = sizeof(error);
  getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return fail(Fault::step, std::strerror(error));
  return {};
}

}  // namespace

Result<void> tcp_connect(const std::string& host, const std::string& port, SteadyTime deadline,
                         const CancelToken& cancel) {
  const Addresses addresses = TRY(resolve(host, port, deadline, cancel));
  Result<void> result = fail(Fault::step, "no address");
  for (const addrinfo* at = addresses.get(); at != nullptr; at = at->ai_next) {
    result = connect_to(*at, deadline, cancel);
    if (result || result.error().fault == Fault::cancelled) return result;
  }
  return result;
}

}  // namespace pipectl
