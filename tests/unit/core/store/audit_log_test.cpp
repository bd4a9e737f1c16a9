#include "core/store/audit_log.hpp"

#include <sys/stat.h>

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <thread>

#include "tests/support/temp_folder.hpp"

using namespace pipectl;
using store::AuditLog;
using store::SecretUse;
using test::TempFolder;

namespace {

WallTime at(int day) { return WallTime{} + std::chrono::hours{24 * (20'000 + day)}; }

SecretUse use(int day, std::string run, std::string stage, std::string secret) {
  return {at(day), std::move(run), "stage", std::move(stage), std::move(secret), "vault", "a#b"};
}

std::unique_ptr<AuditLog> open(const TempFolder& folder) {
  auto log = AuditLog::open(folder / "state");
  REQUIRE(log.has_value());
  return std::move(*log);
}

std::vector<std::string> secrets_of(AuditLog& log, const AuditLog::Filter& filter,
                                    std::size_t most = 100) {
  std::vector<std::string> names;
  const auto uses = log.list(filter, most);
  REQUIRE(uses.has_value());
  for (const auto& one : *uses) names.push_back(one.secret);
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("uses come back as they were, oldest first, the newest of them") {
  const TempFolder folder;
  const auto log = open(folder);
  const std::array uses{use(1, "r1", "build", "A"), use(1, "r1", "deploy 'x'", "B")};
  REQUIRE(log->add(uses));
  REQUIRE(log->add(std::array{use(2, "r2", "build", "C")}));
  CHECK(secrets_of(*log, {}) == Names{"A", "B", "C"});
  CHECK(secrets_of(*log, {}, 2) == Names{"B", "C"});
  CHECK(secrets_of(*log, {.run = "r1"}) == Names{"A", "B"});
  CHECK(secrets_of(*log, {.user = "build"}) == Names{"A", "C"});
  CHECK(secrets_of(*log, {.run = "r2", .user = "build", .secret = "C"}) == Names{"C"});
  CHECK(secrets_of(*log, {.secret = "none"}).empty());
  const auto one = log->list({.secret = "B"}, 1)->front();
  CHECK(one.at == at(1));
  CHECK(one.run == "r1");
  CHECK(one.role == "stage");
  CHECK(one.user == "deploy 'x'");
  CHECK(one.provider == "vault");
  CHECK(one.source == "a#b");
}

TEST_CASE("lines go after 400 days, with the next use") {
  const TempFolder folder;
  const auto log = open(folder);
  REQUIRE(log->add(std::array{use(1, "r1", "a", "OLD"), use(2, "r1", "a", "KEPT")}));
  REQUIRE(log->add(std::array{use(402, "r2", "a", "NEW")}));
  CHECK(secrets_of(*log, {}) == Names{"KEPT", "NEW"});
  REQUIRE(log->add({}));
}

TEST_CASE("it is there for the next process, private, and made by a use only") {
  const TempFolder folder;
  CHECK(*AuditLog::open_existing(folder / "state") == nullptr);
  REQUIRE(open(folder)->add(std::array{use(1, "r1", "a", "A")}));
  const auto again = AuditLog::open_existing(folder / "state");
  REQUIRE(again.has_value());
  CHECK(secrets_of(**again, {}) == Names{"A"});
  struct stat status {};
  REQUIRE(::stat((folder / "state").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0700U);
}

TEST_CASE("two logs of one folder and several threads write side by side") {
  const TempFolder folder;
  const auto one = open(folder);
  const auto other = open(folder);
  {
    std::vector<std::jthread> threads;
    for (AuditLog* const log : {one.get(), one.get(), other.get()})
      threads.emplace_back([log] {
        for (int i = 0; i < 50; ++i)
          if (!log->add(std::array{use(1, "r1", "a", "S")})) std::abort();
      });
  }
  CHECK(secrets_of(*other, {}, 1000).size() == 150);
}
