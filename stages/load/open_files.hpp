#pragma once

#include <sys/resource.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <mutex>
#include <system_error>
#include <utility>

namespace pipectl::stages::load {

/// What the loads of a process may open at once. The soft limit is raised while one of them runs,
/// and no further than they need: what other stages start meanwhile inherits it, and programs that
/// go through all numbers below their limit take long with a large one.
class OpenFiles {
 public:
  /// So many connections, until it goes.
  class Room {
   public:
    Room(OpenFiles& files, std::size_t connections) : files_(&files), connections_(connections) {}
    Room(Room&& other) noexcept
        : files_(std::exchange(other.files_, nullptr)), connections_(other.connections_) {}
    Room(const Room&) = delete;
    Room& operator=(const Room&) = delete;
    Room& operator=(Room&&) = delete;
    ~Room() {
      if (files_ != nullptr) files_->give_back(connections_);
    }
    [[nodiscard]] std::size_t connections() const noexcept { return connections_; }

   private:
    OpenFiles* files_;
    std::size_t connections_;
  };

  /// Of what the hard limit leaves: who can do with less leaves something to loads that come later.
  enum class Share : std::uint8_t { all, half };
  /// For at most `wanted` connections; for fewer where that share is less, or for none.
  [[nodiscard]] Room reserve(std::size_t wanted, Share share) {
    const std::lock_guard lock(mutex_);
    if (loads_++ == 0) {
      ::getrlimit(RLIMIT_NOFILE, &before_);
      others_ = open_now() + spare;
    }
    const std::size_t hard = before_.rlim_max;
    const std::size_t left = hard - std::min(hard, others_ + reserved_);
    const std::size_t room = std::min(wanted, share == Share::all ? left : (left + 1) / 2);
    reserved_ += room;
    const std::size_t useful = std::min(others_ + reserved_ * files_each, hard);
    const rlimit raised{std::max<rlim_t>(before_.rlim_cur, useful), before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &raised);  // at most the hard limit: nothing that can be refused
    return {*this, room};
  }

 private:
  /// For what other stages open meanwhile.
  static constexpr std::size_t spare = 64;
  /// Wanted, not needed: who asks several hosts keeps a connection to each, and to look up a name
  /// takes files, too. libcurl keeps as many.
  static constexpr std::size_t files_each = 4;

  static std::size_t open_now() {
    std::error_code error;
    const std::filesystem::directory_iterator files("/proc/self/fd", error);
    return error ? 0 : static_cast<std::size_t>(std::distance(begin(files), end(files)));
  }

  void give_back(std::size_t connections) noexcept {
    const std::lock_guard lock(mutex_);
    reserved_ -= connections;
    if (--loads_ == 0) ::setrlimit(RLIMIT_NOFILE, &before_);
  }

  std::mutex mutex_;
  std::size_t loads_{0};
  std::size_t others_{0};    ///< files beside the connections
  std::size_t reserved_{0};  ///< connections
  rlimit before_{};
};

}  // namespace pipectl::stages::load
