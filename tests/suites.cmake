# Test programs that are no unit tests. Each suite appends its own lines.

# Every message of the loader, compared to the letter (UPDATE_GOLDEN=1 rewrites them).
add_executable(golden "${CMAKE_CURRENT_SOURCE_DIR}/golden/golden_test.cpp")
target_link_libraries(golden PRIVATE pipectl_stages pipectl_plugins pipectl_config
                                     Catch2::Catch2WithMain)
target_compile_definitions(golden PRIVATE PIPECTL_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
add_test(NAME golden COMMAND golden)
set_tests_properties(golden PROPERTIES LABELS golden TIMEOUT 120)

# What needs the real binary. `faulty` is pipectl with a journal that can die.
function(pipectl_e2e name label script)
  add_test(NAME ${name} COMMAND Python3::Interpreter ${script} WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/e2e)
  set_tests_properties(${name} PROPERTIES LABELS ${label} TIMEOUT 600
    ENVIRONMENT "PIPECTL_BIN=$<TARGET_FILE:pipectl>;PIPECTL_FAULTY=$<TARGET_FILE:faulty>;PIPECTL_BUILD=${PROJECT_BINARY_DIR}")
endfunction()

pipectl_e2e(scenarios scenarios ${CMAKE_CURRENT_SOURCE_DIR}/scenarios/run.py)
file(GLOB e2e_scripts CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/e2e/test_*.py")
foreach(script IN LISTS e2e_scripts)
  get_filename_component(name "${script}" NAME_WE)
  string(REGEX REPLACE "^test_" "e2e_" name "${name}")
  pipectl_e2e(${name} e2e ${script})
  if(name MATCHES "kube|example|compose|render|release")
    set_tests_properties(${name} PROPERTIES COST 60)  # the longest begin first
  endif()
  # One engine for all, and two of them at a time; meanwhile others use the machine. What looks at all
  # that an engine has, or takes it away, has it for itself.
  file(STRINGS "${script}" uses_docker REGEX "docker_engine|docker_case|docker_app_case|python_image")
  if(name MATCHES "docker_(services|trouble|buildx)")
    set_tests_properties(${name} PROPERTIES COST 100 RESOURCE_LOCK "docker_a;docker_b")
  elseif(uses_docker AND name MATCHES "compose|stages|inventory|kube_docker|financial")
    set_tests_properties(${name} PROPERTIES COST 90 RESOURCE_LOCK docker_a)
  elseif(uses_docker)
    set_tests_properties(${name} PROPERTIES COST 90 RESOURCE_LOCK docker_b)
  endif()
endforeach()
