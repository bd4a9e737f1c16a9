# One static library for each folder of the architecture; a new file needs no line here.

add_library(pipectl_options INTERFACE)
target_include_directories(pipectl_options INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/generated)
target_compile_options(pipectl_options INTERFACE -Wall -Wextra -Wconversion -Werror -fno-strict-aliasing)
# GCC 12 takes `"text" + std::string` for an overlapping copy (GCC bug 105651, fixed in 13).
target_compile_options(pipectl_options INTERFACE
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>)
# libgit2's initialiser macros name the first field only; clang warns about that, gcc does not. Behind
# -Wextra, which would switch it on again.
target_compile_options(pipectl_options INTERFACE
  $<$<CXX_COMPILER_ID:Clang>:-Wno-missing-field-initializers>)
target_compile_definitions(pipectl_options INTERFACE PIPECTL_VERSION="${PROJECT_VERSION}")
target_link_libraries(pipectl_options INTERFACE tl::expected fmt::fmt)
if(PIPECTL_SANITIZE)
  target_compile_options(pipectl_options INTERFACE -fsanitize=${PIPECTL_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(pipectl_options INTERFACE -fsanitize=${PIPECTL_SANITIZE})
  # With a sanitizer GCC 12 takes parts of <regex> for uninitialised (GCC bug 105562, fixed in 13).
  target_compile_options(pipectl_options INTERFACE
    $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-maybe-uninitialized>)
endif()

# Several files at once (`-DCMAKE_UNITY_BUILD=ON`) take a fraction of the time, which is what who builds
# everything once wants. In one of them "not of this file" is no warning any more.
if(CMAKE_UNITY_BUILD)
  target_compile_options(pipectl_options INTERFACE
    $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endif()

# pipectl_layer(FOLDER [USES folders…] [LINKS libraries…])
function(pipectl_layer folder)
  cmake_parse_arguments(LAYER "" "" "USES;LINKS" ${ARGN})
  string(REPLACE "/" "_" name "pipectl_${folder}")
  string(REPLACE "core_" "" name "${name}")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${folder}/*.cpp")
  list(FILTER sources EXCLUDE REGEX "/cli/main\\.cpp$")
  if(sources)
    add_library(${name} STATIC ${sources})
    set(scope PUBLIC)
  else()
    add_library(${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_link_libraries(${name} ${scope} pipectl_options ${LAYER_LINKS})
  foreach(used IN LISTS LAYER_USES)
    string(REPLACE "/" "_" other "pipectl_${used}")
    string(REPLACE "core_" "" other "${other}")
    target_link_libraries(${name} ${scope} ${other})
  endforeach()
endfunction()
