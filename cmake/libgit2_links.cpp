// Only for CMake: links exactly when libgit2 and all that it needs can be linked.
#include <git2.h>

int main() {
  git_libgit2_init();
  git_repository* repository = nullptr;
  return git_clone(&repository, "https://localhost/", "/nonexistent", nullptr);
}
