#include "plugins/secrets/secrets.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "core/exec/local_executor.hpp"
#include "plugins/secrets/sources.hpp"
#include "tests/support/stage_bench.hpp"

using namespace pipectl;
using Catch::Matchers::ContainsSubstring;
using pipectl::test::StageBench;
using Value = Result<std::optional<std::string>>;

namespace {

enum class Wanted { required, optional };

/// Reads a declaration's value as the loader does, then asks for the secret.
Value resolve(StageBench& bench, const std::string& provider, const std::string& yaml,
              Wanted need = Wanted::required, const CancelToken& cancel = CancelToken{}) {
  const SecretProvider* const found = bench.registry.secret_provider(provider);
  REQUIRE(found != nullptr);
  SecretDecl secret;
  secret.name = "KEY";
  secret.provider = provider;
  secret.optional = need == Wanted::optional;
  secret.arguments = found->parse(bench.node(yaml), bench.folder.path(), bench.diagnostics);
  REQUIRE_FALSE(bench.diagnostics.has_errors());
  const auto executor = make_local_executor(nullptr);
  return found->resolve({secret, bench.env, *executor, cancel});
}

}  // namespace

TEST_CASE("env: a variable of the host; an empty one is not there") {
  StageBench bench;
  bench.env["API_KEY"] = "abcd efgh\n";
  bench.env["EMPTY"] = "";
  CHECK(*resolve(bench, "env", "API_KEY") == "abcd efgh\n");
  CHECK(resolve(bench, "env", "ABSENT")->has_value() == false);
  CHECK(resolve(bench, "env", "EMPTY")->has_value() == false);
}

TEST_CASE("file: its content without the last line break, relative to the pipeline file") {
  StageBench bench;
  std::filesystem::permissions(bench.folder.write("secrets/key.txt", "line1\nline2\r\n"),
                               std::filesystem::perms::owner_read);
  CHECK(*resolve(bench, "file", "secrets/key.txt") == "line1\nline2");
  CHECK(bench.problems().empty());
  CHECK(resolve(bench, "file", "secrets/none.txt")->has_value() == false);
  bench.folder.write("empty", "\n");
  CHECK(resolve(bench, "file", "empty")->has_value() == false);
}

TEST_CASE("file: one that others may read is a warning") {
  StageBench bench;
  std::filesystem::permissions(
      bench.folder.write("key", "abcd"),
      std::filesystem::perms::owner_read | std::filesystem::perms::others_read);
  CHECK(*resolve(bench, "file", "key") == "abcd");
  CHECK_THAT(bench.problems(), ContainsSubstring("warning: others may read the secret"));
  CHECK_THAT(bench.problems(), ContainsSubstring("chmod 600"));
}

TEST_CASE("file: a folder is an error that names the secret") {
  StageBench bench;
  const auto value = resolve(bench, "file", "workspace");
  REQUIRE_FALSE(value);
  CHECK_THAT(value.error().message, ContainsSubstring("secret 'KEY'"));
}

TEST_CASE("file_env: the file that a variable names, as Docker images have it") {
  StageBench bench;
  std::filesystem::permissions(bench.folder.write("db", "p w\n"),
                               std::filesystem::perms::owner_read);
  CHECK(resolve(bench, "file_env", "DB_FILE")->has_value() == false);
  bench.env["DB_FILE"] = "";
  CHECK(resolve(bench, "file_env", "DB_FILE")->has_value() == false);
  bench.env["DB_FILE"] = "db";
  CHECK(*resolve(bench, "file_env", "DB_FILE") == "p w");
  bench.env["DB_FILE"] = (bench.folder.path() / "none").string();
  CHECK_THAT(
      resolve(bench, "file_env", "DB_FILE").error().message,
      ContainsSubstring("secret 'KEY': DB_FILE names ") && ContainsSubstring("which is not there"));
  CHECK(resolve(bench, "file_env", "DB_FILE", Wanted::optional)->has_value() == false);
}

TEST_CASE("dotenv: a line of a file that only its owner may read") {
  StageBench bench;
  const auto file = bench.folder.write(".secrets.env", "KEY='a b'\nOTHER=\"x\\ny\"\nEMPTY=\n");
  using std::filesystem::perms;
  std::filesystem::permissions(file, perms::owner_read | perms::owner_write);
  CHECK(*resolve(bench, "dotenv", ".secrets.env") == "a b");
  CHECK(*resolve(bench, "dotenv", "{file: .secrets.env, key: OTHER}") == "x\ny");
  CHECK(resolve(bench, "dotenv", "{file: .secrets.env, key: EMPTY}")->has_value() == false);
  CHECK(resolve(bench, "dotenv", "{file: .secrets.env, key: NONE}")->has_value() == false);
  CHECK(resolve(bench, "dotenv", "none.env")->has_value() == false);
  for (const auto others : {perms::group_read, perms::others_read, perms::group_write}) {
    std::filesystem::permissions(file, perms::owner_read | others);
    const auto value = resolve(bench, "dotenv", ".secrets.env", Wanted::optional);
    REQUIRE_FALSE(value);
    CHECK(value.error().fault == Fault::usage);
    CHECK_THAT(value.error().message, ContainsSubstring("secret 'KEY': others may read"));
    CHECK(value.error().hint == "chmod 600 " + file.string());
  }
  std::filesystem::permissions(bench.folder.write("bad.env", "hunter2 hunter2\n"),
                               perms::owner_read);
  const auto bad = resolve(bench, "dotenv", "bad.env");
  CHECK_THAT(bad.error().message, ContainsSubstring("bad.env:1") && !ContainsSubstring("hunter2"));
}

TEST_CASE("docker: the file that Docker puts into the container") {
  StageBench bench;
  bench.folder.write("secrets/db_password", "p w\n");
  const auto provider = plugins::make_docker_secrets(bench.folder.path() / "secrets");
  const auto executor = make_local_executor(nullptr);
  const auto value = [&](const std::string& name) {
    SecretDecl secret;
    secret.name = "KEY";
    secret.arguments = provider->parse(bench.node(name), "/", bench.diagnostics);
    return provider->resolve({secret, bench.env, *executor, CancelToken{}});
  };
  CHECK(*value("db_password") == "p w");
  CHECK(value("none")->has_value() == false);
}

TEST_CASE("files that others may read are told of, though they give a value") {
  StageBench bench;
  std::filesystem::permissions(
      bench.folder.write("key", "abcd"),
      std::filesystem::perms::owner_read | std::filesystem::perms::group_read);
  bench.env["KEY_FILE"] = "key";
  for (const auto& [name, yaml] : {std::pair{"file", "key"}, std::pair{"file_env", "KEY_FILE"}}) {
    SecretDecl secret;
    const auto* const provider = bench.registry.secret_provider(name);
    secret.provider = name;
    secret.arguments = provider->parse(bench.node(yaml), bench.folder.path(), bench.diagnostics);
    const auto flaw = plugins::source_flaw(secret, bench.env);
    REQUIRE(flaw);
    CHECK_THAT(flaw->message, ContainsSubstring("others may read"));
    CHECK_THAT(flaw->hint, ContainsSubstring("chmod 600"));
  }
}

TEST_CASE("what of the host's environment no stage sees") {
  StageBench bench;
  const auto variables = [&](const std::string& provider, const std::string& yaml) {
    SecretDecl secret;
    secret.provider = provider;
    secret.arguments = bench.registry.secret_provider(provider)->parse(
        bench.node(yaml), bench.folder.path(), bench.diagnostics);
    return plugins::source_variables(secret);
  };
  CHECK(variables("env", "API_KEY") == std::vector<std::string>{"API_KEY"});
  CHECK(variables("file_env", "API_KEY_FILE") == std::vector<std::string>{"API_KEY_FILE"});
  CHECK(variables("file", "a").empty());
}

TEST_CASE("command: what it prints, run in the pipeline file's folder, without a shell") {
  StageBench bench;
  CHECK(*resolve(bench, "command", "[echo, '$HOME; x']") == "$HOME; x");
  CHECK(*resolve(bench, "command", "[pwd]") == bench.folder.path().string());
  CHECK(*resolve(bench, "command", "[printf, 'a\\nb\\n\\n']") == "a\nb\n");
}

TEST_CASE("command: a failure tells its stderr and never the value") {
  StageBench bench;
  auto value = resolve(
      bench, "command",
      "[sh, -c, 'echo hunter2hunter2; echo cannot use hunter2hunter2: denied >&2; exit 2']");
  REQUIRE_FALSE(value);
  CHECK_THAT(value.error().message, ContainsSubstring("secret 'KEY': `sh` failed: exit code 2"));
  CHECK_THAT(value.error().message, ContainsSubstring("denied"));
  CHECK_THAT(value.error().message, !ContainsSubstring("hunter2"));
  value = resolve(bench, "command", "[sh, -c, 'echo abc; echo oh abc >&2; exit 2']");
  CHECK(value.error().message == "secret 'KEY': `sh` failed: exit code 2");
  CHECK_THAT(resolve(bench, "command", "[no-such-program-anywhere]").error().message,
             ContainsSubstring("no-such-program-anywhere"));
  CHECK_THAT(resolve(bench, "command", "['true']").error().message,
             ContainsSubstring("printed nothing"));
}

TEST_CASE("command: an optional one that fails is not there") {
  StageBench bench;
  CHECK(resolve(bench, "command", "['false']", Wanted::optional)->has_value() == false);
  CHECK(resolve(bench, "command", "[no-such-program-anywhere]", Wanted::optional)->has_value() ==
        false);
}

TEST_CASE("command: a flood is refused, a cancellation ends it") {
  StageBench bench;
  CHECK_THAT(resolve(bench, "command", "[head, -c, '2000000', /dev/zero]").error().message,
             ContainsSubstring("printed more than"));
  CancelSource source;
  source.cancel(CancelReason::user);
  const auto value =
      resolve(bench, "command", "[sleep, infinity]", Wanted::required, source.token());
  REQUIRE_FALSE(value);
  CHECK(value.error().fault == Fault::cancelled);
}

TEST_CASE("a declaration is checked when the file is loaded") {
  struct Bad {
    const char* provider;
    const char* yaml;
    const char* message;
  };
  const auto [provider, yaml, message] =
      GENERATE(Bad{"env", "$API_KEY", "without '$'"}, Bad{"env", "[A]", "no name"},
               Bad{"env", "''", "no name"}, Bad{"file", "[a]", "must be a text"},
               Bad{"file", "''", "must be a text"}, Bad{"command", "vault kv get", "list"},
               Bad{"command", "[]", "list"}, Bad{"command", "[[a]]", "must be a text"});
  StageBench bench;
  CAPTURE(provider, yaml);
  const auto arguments = bench.registry.secret_provider(provider)->parse(
      bench.node(yaml), bench.folder.path(), bench.diagnostics);
  CHECK(arguments.empty());
  CHECK_THAT(bench.problems(), ContainsSubstring(message));
}
