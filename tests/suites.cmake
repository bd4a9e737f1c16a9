# Test programs that are no unit tests. Each suite appends its own lines.

# Every message of the loader, compared to the letter (UPDATE_GOLDEN=1 rewrites them).
add_executable(golden "${CMAKE_CURRENT_SOURCE_DIR}/golden/golden_test.cpp")
target_link_libraries(golden PRIVATE pipectl_stages pipectl_plugins pipectl_config
                                     Catch2::Catch2WithMain)
target_compile_definitions(golden PRIVATE PIPECTL_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
add_test(NAME golden COMMAND golden)
set_tests_properties(golden PROPERTIES LABELS golden TIMEOUT 120)
