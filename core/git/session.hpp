#pragma once

#include <git2.h>

#include <functional>
#include <optional>
#include <string>

#include "core/base/curl_library.hpp"
#include "core/git/address.hpp"
#include "core/git/checkout.hpp"
#include "core/git/user_config.hpp"

namespace pipectl::git {

/// What a connection is for.
enum class Purpose { fetch, push };

struct Login {
  std::string user;
  std::string password;
};

/// One checkout of one repository, or one push, as its parts see it. One thread.
struct Session {
  Session(const CheckoutRequest& wanted, Address where, UserConfig settings)
      : request(wanted), address(std::move(where)), config(std::move(settings)) {}

  const CheckoutRequest& request;
  Address address;  ///< after `url.<base>.insteadOf`
  UserConfig config;
  Purpose purpose{Purpose::fetch};
  CancelToken cancel{};
  std::function<void(const Progress&)> progress{};

  /// Why a wire failed. libgit2 carries codes only; this is what the user gets to read.
  std::optional<Error> error{};
  /// Of a push: references that the server did not update, and why.
  std::string refused{};
  /// The login that the server accepted, for the requests that follow.
  std::optional<Login> login{};
  /// Where the server redirected to (https, http); empty: nowhere.
  std::string redirected{};
  /// That is another host: no login and no header of the user's goes there.
  bool strayed{false};
  std::optional<CurlLibrary> curl{};
  /// The connection's, owned by libgit2.
  git_transport* transport{nullptr};

  /// Passes progress on, at most ten times a second within one phase.
  void report(const Progress& now);

  /// The program at the other end: `git-upload-pack`.
  [[nodiscard]] const char* service() const {
    return purpose == Purpose::push ? "git-receive-pack" : "git-upload-pack";
  }

  [[nodiscard]] SteadyTime silence_deadline() const {
    return std::chrono::steady_clock::now() + request.silence;
  }

 private:
  std::string phase_{};
  SteadyTime reported_{};
};

}  // namespace pipectl::git
