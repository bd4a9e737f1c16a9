#include <cstdio>
#include <exception>
#include <tuple>

#include "cli/app.hpp"

// The one last-resort catch: whatever arrives here is a defect of pipectl, and is called so.
int main(int argc, char** argv) {
  try {
    return pipectl::cli::run_app(argc, argv);
  } catch (const std::exception& error) {
    std::ignore = std::fprintf(stderr, "pipectl: bug: %s\n", error.what());
  } catch (...) {
    std::ignore = std::fputs("pipectl: bug: an unknown exception\n", stderr);
  }
  std::ignore =
      std::fputs("This is a defect of pipectl, not of your pipeline. Please report it.\n", stderr);
  return 70;
}
