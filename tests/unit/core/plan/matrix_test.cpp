#include "core/plan/matrix.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace pipectl;
using namespace pipectl::plan;

namespace {

std::vector<std::string> names(const Matrix& matrix) {
  const auto rows = expand(matrix);
  if (!rows) return {"error: " + rows.error().message};
  std::vector<std::string> out;
  for (const auto& row : *rows) out.push_back(instance_name("x", row));
  return out;
}

Matrix axes(std::vector<MatrixAxis> list) {
  Matrix matrix;
  matrix.axes = std::move(list);
  return matrix;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("all combinations, the last axis fastest", "[matrix]") {
  CHECK(names(axes({{"node", {"18", "20"}}})) == Names{"x (18)", "x (20)"});
  CHECK(names(axes({{"node", {"18", "20"}}, {"os", {"linux", "mac"}}})) ==
        Names{"x (18, linux)", "x (18, mac)", "x (20, linux)", "x (20, mac)"});
}

TEST_CASE("exclude takes what agrees with all of its values", "[matrix]") {
  Matrix matrix = axes({{"node", {"18", "20"}}, {"os", {"linux", "mac"}}});
  matrix.exclude = {{{"os", "mac"}, {"node", "18"}}};
  CHECK(names(matrix) == Names{"x (18, linux)", "x (20, linux)", "x (20, mac)"});
  matrix.exclude = {{{"os", "mac"}}};
  CHECK(names(matrix) == Names{"x (18, linux)", "x (20, linux)"});
  matrix.exclude = {{{"arch", "arm"}}, {}};
  CHECK(names(matrix).size() == 4);
}

TEST_CASE("include as in the reference of GitHub Actions", "[matrix]") {
  Matrix matrix = axes({{"fruit", {"apple", "pear"}}, {"animal", {"cat", "dog"}}});
  matrix.include = {{{"color", "green"}},
                    {{"color", "pink"}, {"animal", "cat"}},
                    {{"fruit", "apple"}, {"shape", "circle"}},
                    {{"fruit", "banana"}},
                    {{"fruit", "banana"}, {"animal", "cat"}}};
  CHECK(names(matrix) == Names{"x (apple, cat, pink, circle)", "x (apple, dog, green, circle)",
                               "x (pear, cat, pink)", "x (pear, dog, green)", "x (banana)",
                               "x (banana, cat)"});
}

TEST_CASE("exclude comes before include", "[matrix]") {
  Matrix matrix = axes({{"node", {"18", "20"}}});
  matrix.exclude = {{{"node", "18"}}};
  matrix.include = {{{"node", "18"}, {"os", "mac"}}};
  CHECK(names(matrix) == Names{"x (20)", "x (18, mac)"});
}

TEST_CASE("a matrix may consist of includes alone", "[matrix]") {
  Matrix matrix;
  matrix.include = {{{"site", "production"}}, {{"site", "staging"}}};
  CHECK(names(matrix) == Names{"x (production)", "x (staging)"});
}

TEST_CASE("equal instances are one", "[matrix]") {
  CHECK(names(axes({{"node", {"18", "18", "20"}}})) == Names{"x (18)", "x (20)"});
}

TEST_CASE("an empty matrix is an error", "[matrix]") {
  CHECK(names({}) == Names{"error: the matrix is empty"});
  CHECK(names(axes({{"node", {}}, {"os", {"linux"}}})) == Names{"error: the matrix is empty"});
  Matrix matrix = axes({{"node", {"18"}}});
  matrix.exclude = {{{"node", "18"}}};
  CHECK(names(matrix) == Names{"error: the matrix is empty"});
}

TEST_CASE("a matrix that grows without bound is refused before it is made", "[matrix]") {
  std::vector<MatrixAxis> many(40, MatrixAxis{"a", {"1", "2", "3", "4"}});
  CHECK(names(axes(many)) == Names{"error: the matrix has more than 65536 combinations"});
  CHECK(names(axes({{"a", std::vector<std::string>(20, "1")}, {"b", {"1"}}})).size() == 1);
  Matrix matrix = axes({{"a", {}}, {"b", {}}});
  for (int i = 0; i < 17; ++i) {
    matrix.axes[0].values.push_back(std::to_string(i));
    matrix.axes[1].values.push_back(std::to_string(i));
  }
  CHECK(names(matrix) == Names{"error: the matrix has 289 instances, at most 256 are allowed"});
  matrix.axes[0].values.resize(15);
  CHECK(names(matrix).size() == 255);
}
