// Secrets that other programs give. `aws` and `vault` are stand-ins here: scripts that write down
// how they were called and answer as the documentation of the real ones says.
#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "core/base/files.hpp"
#include "core/exec/local_executor.hpp"
#include "tests/support/stage_bench.hpp"

using namespace pipectl;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::Equals;
using pipectl::test::StageBench;
using Value = Result<std::optional<std::string>>;

namespace {

/// A machine on which one program is a script.
struct Machine {
  StageBench bench;
  bool optional{false};
  CancelToken cancel{};
  std::optional<SteadyTime> deadline{};

  void program(const std::string& name, const std::string& script) {
    const auto file = bench.folder.write(
        "bin/" + name,
        "#!/bin/sh\nprintf '%s\\n' \"$@\" > \"$CALLED\"\nenv | sort > \"$CALLED.env\"\n" + script +
            "\n");
    ::chmod(file.c_str(), 0755);
    bench.env["CALLED"] = (bench.folder.path() / "called").string();
    bench.env["PATH"] = (bench.folder.path() / "bin").string() + ":/usr/bin:/bin";
    bench.env["VAULT_TOKEN"] = "token-of-the-login";
  }
  void no_program() { bench.env["PATH"] = (bench.folder.path() / "none").string(); }

  Value ask(const std::string& provider, const std::string& yaml) {
    const SecretProvider* const found = bench.registry.secret_provider(provider);
    REQUIRE(found != nullptr);
    SecretDecl secret;
    secret.name = "KEY";
    secret.provider = provider;
    secret.optional = optional;
    secret.arguments = found->parse(bench.node(yaml), bench.folder.path(), bench.diagnostics);
    INFO(bench.problems());
    REQUIRE_FALSE(bench.diagnostics.has_errors());
    const auto executor = make_local_executor(nullptr);
    return found->resolve({secret, bench.env, *executor, cancel, deadline});
  }
  [[nodiscard]] std::string called() const { return *read_file(bench.folder.path() / "called"); }
  [[nodiscard]] std::string variables() const {
    return *read_file(bench.folder.path() / "called.env");
  }
};

/// `echo` of some shells obeys backslashes.
std::string prints(const std::string& text) { return "cat <<'EOF'\n" + text + "\nEOF"; }

constexpr const char* kv2 =
    R"(cat <<'EOF'
{"request_id": "x", "data": {"data": {"key": "a\"b\n#é", "port": 5432},
 "metadata": {"version": 3, "destroyed": false}}}
EOF)";

}  // namespace

TEST_CASE("vault: a field of either engine, by an argument vector") {
  Machine machine;
  machine.program("vault", kv2);
  CHECK(*machine.ask("vault", "{path: secret/api, field: key}") == "a\"b\n#\u00e9");
  CHECK_THAT(machine.called(), Equals("kv\nget\n-format=json\nsecret/api\n"));
  CHECK_THAT(machine.variables(), ContainsSubstring("VAULT_TOKEN=token-of-the-login"));
  CHECK(*machine.ask("vault",
                     "{path: api, field: port, mount: kv, namespace: team, address: "
                     "'https://vault.local'}") == "5432");
  CHECK_THAT(machine.called(), Equals("kv\nget\n-format=json\n-mount=kv\n-namespace=team\n"
                                      "-address=https://vault.local\napi\n"));
  CHECK(machine.ask("vault", "{path: api, field: none}")->has_value() == false);
  machine.program("vault", prints(R"({"data": {"key": "of engine one"}})"));
  CHECK(*machine.ask("vault", "{path: api, field: key}") == "of engine one");
}

TEST_CASE("vault: no such secret is absence, anything else a failure that names no value") {
  Machine machine;
  machine.program("vault", "echo 'No value found at secret/data/api' >&2; exit 2");
  CHECK(machine.ask("vault", "{path: secret/api, field: key}")->has_value() == false);
  machine.program(
      "vault", "echo 'Error making API request. Code: 403. Errors: permission denied' >&2; exit 2");
  machine.optional = true;
  const auto denied = machine.ask("vault", "{path: secret/api, field: key}");
  REQUIRE_FALSE(denied);
  CHECK(denied.error().fault == Fault::infrastructure);
  CHECK_THAT(
      denied.error().message,
      ContainsSubstring("secret 'KEY': `vault` failed: exit code 2: Error making API request") &&
          ContainsSubstring("permission denied"));
  CHECK_THAT(denied.error().hint, ContainsSubstring("vault token lookup"));
}

TEST_CASE("aws: the text, a field of it, and bytes") {
  Machine machine;
  machine.program("aws", prints(R"({"ARN": "arn:x", "SecretString": "line1\nline2"})"));
  CHECK(*machine.ask("aws", "prod/db") == "line1\nline2");
  CHECK_THAT(machine.called(),
             Equals("secretsmanager\nget-secret-value\n--secret-id=prod/db\n--output=json\n"));
  CHECK_THAT(machine.variables(), ContainsSubstring("AWS_PAGER=\n"));
  machine.program("aws",
                  prints(R"({"SecretString": "{\"user\": \"u\", \"password\": \"p\\\"w\"}"})"));
  CHECK(*machine.ask("aws",
                     "{secret: prod/db, key: password, region: eu-west-1, profile: ci, "
                     "stage: AWSPREVIOUS}") == "p\"w");
  CHECK_THAT(machine.called(),
             Equals("secretsmanager\nget-secret-value\n--secret-id=prod/db\n--output=json\n"
                    "--region=eu-west-1\n--profile=ci\n--version-stage=AWSPREVIOUS\n"));
  CHECK(machine.ask("aws", "{secret: prod/db, key: none}")->has_value() == false);
  machine.program("aws", prints(R"({"SecretBinary": "aHVudGVyMg=="})"));
  CHECK(*machine.ask("aws", "prod/db") == "hunter2");
}

TEST_CASE("aws: what is not there, what is refused, what is no JSON within JSON") {
  Machine machine;
  machine.program("aws",
                  "echo 'An error occurred (ResourceNotFoundException) when calling the "
                  "GetSecretValue operation' >&2; exit 254");
  CHECK(machine.ask("aws", "prod/db")->has_value() == false);
  machine.program("aws", "echo 'Unable to locate credentials' >&2; exit 253");
  CHECK_THAT(machine.ask("aws", "prod/db").error().message,
             ContainsSubstring("`aws` failed: exit code 253: Unable to locate credentials"));
  machine.program("aws", prints(R"({"SecretString": "hunter2hunter2"})"));
  const auto text = machine.ask("aws", "{secret: prod/db, key: password}");
  CHECK_THAT(text.error().message,
             ContainsSubstring("gave no JSON object") && !ContainsSubstring("hunter2"));
  machine.program("aws", prints(R"({"ARN": "arn:x"})"));
  CHECK_THAT(machine.ask("aws", "prod/db").error().message, ContainsSubstring("neither"));
  machine.program("aws", prints(R"({"SecretBinary": "?"})"));
  CHECK_THAT(machine.ask("aws", "prod/db").error().message, ContainsSubstring("no base64"));
}

TEST_CASE("kubernetes: a key of a Secret, decoded") {
  Machine machine;
  machine.program("kubectl",
                  prints(R"({"kind": "Secret", "data": {"password": "cCJ3Cg==", "odd": "x"}})"));
  CHECK(*machine.ask("kubernetes", "{secret: app-db, key: password}") == "p\"w\n");
  CHECK_THAT(machine.called(), Equals("get\nsecret\napp-db\n--ignore-not-found\n--output=json\n"
                                      "--request-timeout=20s\n"));
  CHECK(machine
            .ask("kubernetes",
                 "{secret: app-db, key: none, namespace: app, context: prod, "
                 "kubeconfig: kube.conf}")
            ->has_value() == false);
  CHECK_THAT(machine.called(),
             Equals("--kubeconfig=kube.conf\n--context=prod\n--namespace=app\nget\nsecret\napp-db\n"
                    "--ignore-not-found\n--output=json\n--request-timeout=20s\n"));
  CHECK_THAT(machine.ask("kubernetes", "{secret: app-db, key: odd}").error().message,
             ContainsSubstring("no base64"));
  machine.program("kubectl", "true");
  CHECK(machine.ask("kubernetes", "{secret: app-db, key: password}")->has_value() == false);
}

TEST_CASE("kubernetes: a moment's trouble is waited for, a refusal is not") {
  Machine machine;
  machine.program("kubectl", R"(
if [ -e "$CALLED.again" ]; then echo '{"data": {"password": "aHVudGVyMg=="}}'; exit 0; fi
touch "$CALLED.again"
echo 'Error from server (ServiceUnavailable): the server is currently unable to handle the request' >&2
exit 1)");
  CHECK(*machine.ask("kubernetes", "{secret: app-db, key: password}") == "hunter2");
  machine.program("kubectl",
                  "echo 'Error from server (Forbidden): secrets is forbidden' >&2; exit 1");
  CHECK_THAT(
      machine.ask("kubernetes", "{secret: app-db, key: password}").error().message,
      ContainsSubstring("secret 'KEY': kubectl get secret: ") && ContainsSubstring("Forbidden"));
}

TEST_CASE("keyring: an entry by its attributes") {
  Machine machine;
  machine.program("secret-tool", "printf 'hunter2'");
  CHECK(*machine.ask("keyring", "{service: shop, account: deploy}") == "hunter2");
  CHECK_THAT(machine.called(), Equals("lookup\nservice\nshop\naccount\ndeploy\n"));
  machine.program("secret-tool", "exit 1");
  CHECK(machine.ask("keyring", "{service: shop}")->has_value() == false);
  machine.program("secret-tool",
                  "echo 'secret-tool: Cannot autolaunch D-Bus without X11 $DISPLAY' >&2; exit 1");
  const auto value = machine.ask("keyring", "{service: shop}");
  CHECK_THAT(value.error().message, ContainsSubstring("Cannot autolaunch D-Bus"));
  CHECK_THAT(value.error().hint, ContainsSubstring("unlocked"));
}

TEST_CASE(
    "every program that gives secrets: garbage, a hang, a flood, a complaint with the value") {
  struct Source {
    const char* provider;
    const char* program;
    const char* yaml;
  };
  const auto source =
      GENERATE(Source{"vault", "vault", "{path: a, field: b}"}, Source{"aws", "aws", "a"},
               Source{"kubernetes", "kubectl", "{secret: a, key: b}"});
  CAPTURE(source.provider);
  Machine machine;
  for (const std::string garbage :
       {"hunter2hunter2", "[1, \"hunter2hunter2\"]", "{\"hunter2hunter2"}) {
    machine.program(source.program, "printf '%s' '" + garbage + "'");
    const auto value = machine.ask(source.provider, source.yaml);
    REQUIRE_FALSE(value);
    CHECK_THAT(value.error().message, ContainsSubstring("secret 'KEY'") &&
                                          ContainsSubstring("no JSON object") &&
                                          !ContainsSubstring("hunter2"));
  }
  machine.program(source.program, "echo hunter2hunter2; echo 'bad: hunter2hunter2' >&2; exit 9");
  CHECK_THAT(machine.ask(source.provider, source.yaml).error().message,
             !ContainsSubstring("hunter2"));
  machine.program(source.program, "head -c 2000000 /dev/zero");
  CHECK_THAT(machine.ask(source.provider, source.yaml).error().message,
             ContainsSubstring("printed more than"));
  machine.program(source.program, "exec sleep 1000");
  machine.deadline = std::chrono::steady_clock::now() + Milliseconds{200};
  const auto late = machine.ask(source.provider, source.yaml);
  REQUIRE_FALSE(late);
  CHECK_THAT(late.error().message, ContainsSubstring("gave nothing within"));
  machine.deadline.reset();
  CancelSource source_of_cancel;
  source_of_cancel.cancel(CancelReason::user);
  machine.cancel = source_of_cancel.token();
  CHECK(machine.ask(source.provider, source.yaml).error().fault == Fault::cancelled);
}

TEST_CASE("a program that is not here: an error, or for an optional secret nothing") {
  const auto [provider, yaml] =
      GENERATE(std::pair{"vault", "{path: a, field: b}"}, std::pair{"aws", "a"},
               std::pair{"kubernetes", "{secret: a, key: b}"}, std::pair{"keyring", "{a: b}"});
  CAPTURE(provider);
  Machine machine;
  machine.no_program();
  const auto value = machine.ask(provider, yaml);
  REQUIRE_FALSE(value);
  CHECK_THAT(value.error().message, ContainsSubstring("not found"));
  machine.optional = true;
  CHECK(machine.ask(provider, yaml)->has_value() == false);
}

TEST_CASE("what could be taken for an option is refused when the file is loaded") {
  struct Bad {
    const char* provider;
    const char* yaml;
    const char* message;
  };
  const auto [provider, yaml, message] = GENERATE(
      Bad{"vault", "{path: -x, field: a}", "`path` must be a text that does not begin with '-'"},
      Bad{"vault", "{path: x}", "needs `field`"},
      Bad{"vault", "{path: x, field: a, feild: b}", "unknown key"},
      Bad{"vault", "text", "must be a mapping"}, Bad{"aws", "-x", "must be a text"},
      Bad{"aws", "{key: a}", "needs `secret`"}, Bad{"aws", "[a]", "must be a mapping"},
      Bad{"kubernetes", "{secret: -A, key: a}", "begin with '-'"},
      Bad{"kubernetes", "{secret: a}", "needs `key`"}, Bad{"keyring", "{}", "by its attributes"},
      Bad{"keyring", "shop", "by its attributes"}, Bad{"keyring", "{a: -b}", "begin with '-'"},
      Bad{"keyring", "{-a: b}", "begin with '-'"}, Bad{"docker", "../x", "without '/'"},
      Bad{"docker", "..", "without '/'"}, Bad{"dotenv", "''", "must be a text"},
      Bad{"dotenv", "{key: a}", "needs `file`"}, Bad{"file_env", "$A", "no name"});
  StageBench bench;
  CAPTURE(provider, yaml);
  const auto* const found = bench.registry.secret_provider(provider);
  REQUIRE(found != nullptr);
  static_cast<void>(found->parse(bench.node(yaml), bench.folder.path(), bench.diagnostics));
  CHECK(bench.diagnostics.has_errors());
  CHECK_THAT(bench.problems(), ContainsSubstring(message));
}
