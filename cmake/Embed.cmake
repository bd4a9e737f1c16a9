# pipectl_embed(TARGET HEADER NAME GLOB [NAME GLOB…]): files that become `std::string_view NAME` of
# HEADER. Of several the texts are put one behind the other, by name.
function(pipectl_embed target header)
  set(names)
  set(all)
  set(texts)
  while(ARGN)
    list(POP_FRONT ARGN name glob)
    file(GLOB files CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${glob}")
    if(NOT files)
      message(FATAL_ERROR "${glob}: no such file")
    endif()
    list(SORT files)
    list(APPEND all ${files})
    list(JOIN files "|" joined)
    list(APPEND names "${name}=${joined}")
  endwhile()
  get_filename_component(base "${header}" NAME_WE)
  set(made "${PROJECT_BINARY_DIR}/generated/embedded/${base}.cpp")
  set(script "${PROJECT_SOURCE_DIR}/cmake/EmbedFiles.cmake")
  add_custom_command(
    OUTPUT "${made}"
    COMMAND "${CMAKE_COMMAND}" "-DHEADER=${header}" "-DMADE=${made}" "-DTEXTS=${names}" -P "${script}"
    DEPENDS ${all} "${script}"
    COMMENT "Embedding ${base}"
    VERBATIM)
  target_sources(${target} PRIVATE "${made}")
  # So that clang-tidy can read the unity build's batches without a build.
  set_source_files_properties("${made}" PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()
