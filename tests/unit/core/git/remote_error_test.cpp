#include "core/git/remote_error.hpp"

#include <catch2/catch_test_macros.hpp>

#include "core/git/ssh_error.hpp"

using namespace pipectl;
using namespace pipectl::git;

namespace {

const Address host = *parse_address("ssh://git:s3cret@host:2222/r");

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("what ssh said is told in the words of who asked") {
  struct Row {
    std::string said;
    std::string message;
    std::string hint;
  };
  const std::vector<Row> rows{
      {"@@@@@\n@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\nHost key verification "
       "failed.\r\n",
       "is not the one in known_hosts", "ssh-keygen -R '[host]:2222'"},
      {"No ED25519 host key is known for [host]:2222 and you have requested strict checking.\r\n"
       "Host key verification failed.\r\n",
       "is not in known_hosts", "ssh-keyscan -p 2222 host"},
      {"git@host: Permission denied (publickey).\r\n", "refused every key", "ssh-add"},
      {"Received disconnect: Too many authentication failures\r\n", "refused every key", "ssh-add"},
      {"ssh: Could not resolve hostname host: Name or service not known\r\n", "cannot reach",
       "network"},
      {"ssh: connect to host host port 2222: Connection refused\r\n", "cannot reach", "network"},
      {"fatal: '/r' does not appear to be a git repository\n", "no git repository", "path"},
      {"ERROR: Repository not found.\nfatal: Could not read\n", "no git repository", "path"},
      {"client_loop: send disconnect: Broken pipe\r\n", "in the middle of the transfer", "again"},
      {"", "in the middle of the transfer", "again"}};
  for (const auto& row : rows) {
    INFO(row.said);
    const Error error = ssh_error(host, row.said, false);
    CHECK(holds(error.message, row.message));
    CHECK(holds(error.hint, row.hint));
    CHECK_FALSE(holds(error.message + error.hint, "s3cret"));
    CHECK_FALSE(holds(error.message, "\r"));
  }
  CHECK(holds(ssh_error(host, "Permission denied (publickey)", true).message, "the granted key"));
}

TEST_CASE("control characters of a server do not reach the terminal") {
  const Error error = ssh_error(host, "\x1b]0;title\x07 bad\n", false);
  CHECK_FALSE(holds(error.message, "\x1b"));
  CHECK_FALSE(holds(error.message, "\x07"));
}

TEST_CASE("a full disk has a wording of its own") {
  CHECK(holds(local_failure("x", "write: No space left on device").message, "the disk is full"));
  CHECK_FALSE(local_failure("x", "No space left on device").hint.empty());
  CHECK(local_failure("cannot y", "z").message == "cannot y: z");
}
