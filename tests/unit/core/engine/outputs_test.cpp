#include <catch2/catch_test_macros.hpp>

#include "core/engine/child_environment.hpp"
#include "core/engine/run_values.hpp"

using namespace pipectl;

TEST_CASE("of a matrix the last instance in the plan's order decides, in whatever order they end") {
  OutputTable table;
  table.add(2, "unit", {{"k", "two"}, {"only", "two"}});
  table.add(1, "unit", {{"k", "one"}, {"first", "one"}});
  table.add(0, "other", {{"k", "other"}});
  CHECK(table.of("unit") == Outputs{{"k", "two"}, {"only", "two"}, {"first", "one"}});
  CHECK(table.find("unit", "k") == "two");
  CHECK(table.find("unit", "nothing") == std::nullopt);
  CHECK(table.find("nobody", "k") == std::nullopt);
}

TEST_CASE("an instance that is told again counts with its last values") {
  OutputTable table;
  table.add(1, "unit", {{"k", "before"}});
  table.add(1, "unit", {{"k", "after"}});
  CHECK(table.find("unit", "k") == "after");
}

TEST_CASE("outputs of two stages that are one variable are told when they differ") {
  const VisibleOutputs outputs{{"a", {{"b_c", "1"}, {"d", "1"}}}, {"a_b", {{"c", "2"}}}};
  CHECK(notes_on_shared_variables(outputs) ==
        std::vector<std::string>{"warning: PIPECTL_OUT_A_B_C is output 'c' of a_b, not 'b_c' of a; "
                                 "read that as stages.a.outputs.b_c"});
  CHECK(notes_on_shared_variables({{"a", {{"b_c", "1"}}}, {"a_b", {{"c", "1"}}}}).empty());
  CHECK(notes_on_shared_variables({}).empty());
}
