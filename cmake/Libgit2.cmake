# The target `pipectl_libgit2`: libgit2 linked statically where the distribution ships an archive,
# else the shared library. Every shared library costs time at each start of pipectl, also for
# `--version`; libgit2's own dependencies make a dozen of them.

set(PIPECTL_LIBGIT2 "auto" CACHE STRING "How to link libgit2: auto, static or shared")
set_property(CACHE PIPECTL_LIBGIT2 PROPERTY STRINGS auto static shared)

add_library(pipectl_libgit2 INTERFACE)

# Fills VARIABLE with the archives of everything that libgit2 needs, in link order; with the plain
# name where there is no archive (librt).
function(pipectl_libgit2_archives variable)
  set(files)
  foreach(name IN LISTS LIBGIT2_STATIC_LIBRARIES)
    find_library(PIPECTL_ARCHIVE_${name} NAMES lib${name}.a HINTS ${LIBGIT2_STATIC_LIBRARY_DIRS})
    mark_as_advanced(PIPECTL_ARCHIVE_${name})
    if(PIPECTL_ARCHIVE_${name})
      list(APPEND files "${PIPECTL_ARCHIVE_${name}}")
    elseif(name STREQUAL "git2")
      set(files "")
      break()
    else()
      list(APPEND files ${name})
    endif()
  endforeach()
  set(${variable} "${files}" PARENT_SCOPE)
endfunction()

set(libgit2_archives)
if(NOT PIPECTL_LIBGIT2 STREQUAL "shared")
  pipectl_libgit2_archives(libgit2_archives)
endif()
if(libgit2_archives)
  # Does it link? Another distribution may build libgit2 on libraries that have no archive.
  try_compile(PIPECTL_LIBGIT2_LINKS "${PROJECT_BINARY_DIR}/libgit2"
    SOURCES "${PROJECT_SOURCE_DIR}/cmake/libgit2_links.cpp" "${PROJECT_SOURCE_DIR}/core/git/gssapi.cpp"
    COMPILE_DEFINITIONS -DPIPECTL_GSSAPI_ON_DEMAND
    LINK_LIBRARIES ${libgit2_archives} OpenSSL::Crypto Threads::Threads ${CMAKE_DL_LIBS})
endif()

if(PIPECTL_LIBGIT2_LINKS)
  message(STATUS "libgit2 ${LIBGIT2_VERSION}: static")
  target_include_directories(pipectl_libgit2 SYSTEM INTERFACE ${LIBGIT2_INCLUDE_DIRS})
  target_compile_definitions(pipectl_libgit2 INTERFACE PIPECTL_GSSAPI_ON_DEMAND)
  target_link_libraries(pipectl_libgit2 INTERFACE
    ${libgit2_archives} OpenSSL::Crypto Threads::Threads ${CMAKE_DL_LIBS})
  # core/git/gssapi.cpp stands before libgit2 on the command line and is only asked for by it.
  target_link_options(pipectl_libgit2 INTERFACE "LINKER:--undefined=gss_init_sec_context")
elseif(PIPECTL_LIBGIT2 STREQUAL "static")
  message(FATAL_ERROR "libgit2 cannot be linked statically here; use -DPIPECTL_LIBGIT2=auto")
else()
  message(STATUS "libgit2 ${LIBGIT2_VERSION}: shared")
  target_link_libraries(pipectl_libgit2 INTERFACE PkgConfig::LIBGIT2)
  target_link_options(pipectl_libgit2 INTERFACE "LINKER:--as-needed")
endif()
