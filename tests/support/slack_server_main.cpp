// Slack for the tests of the real binary: says where it is, waits for the end of its input, then
// says as JSON what it took and what it refused.

#include <iostream>
#include <string>

#include "tests/support/slack_double.hpp"

int main() {
  const pipectl::test::SlackDouble slack;
  std::cout << slack.api() << '\n' << slack.webhook() << '\n' << std::flush;
  for (std::string line; std::getline(std::cin, line);) {
  }
  nlohmann::json told{{"errors", slack.errors()}, {"messages", nlohmann::json::array()}};
  for (const auto& message : slack.messages())
    told["messages"].push_back(
        {{"thread", message.thread}, {"content", message.content}, {"changed", message.changed}});
  std::cout << told.dump() << '\n';
}
