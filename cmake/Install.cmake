# `cmake --install` puts everything where a packager expects it. The manual page, the completions
# and the schema are printed by the program itself, so they always fit it.
include(GNUInstallDirs)

set(printed "${PROJECT_BINARY_DIR}/share")
file(MAKE_DIRECTORY "${printed}")

# pipectl_printed(FILE ARGUMENTS…): what `pipectl ARGUMENTS…` prints.
function(pipectl_printed file)
  add_custom_command(
    OUTPUT "${printed}/${file}"
    COMMAND pipectl ${ARGN} > "${printed}/${file}"
    DEPENDS pipectl
    COMMENT "Writing ${file}"
    VERBATIM)
endfunction()

pipectl_printed(pipectl.1 man)
pipectl_printed(pipectl.bash completion bash)
pipectl_printed(_pipectl completion zsh)
pipectl_printed(pipectl.fish completion fish)
pipectl_printed(pipectl.schema.json schema)
add_custom_target(share_files ALL
  DEPENDS "${printed}/pipectl.1" "${printed}/pipectl.bash" "${printed}/_pipectl"
          "${printed}/pipectl.fish" "${printed}/pipectl.schema.json")

install(TARGETS pipectl RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
install(FILES "${printed}/pipectl.1" DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")
install(FILES "${printed}/pipectl.bash" RENAME pipectl
        DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions")
install(FILES "${printed}/_pipectl" DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/site-functions")
install(FILES "${printed}/pipectl.fish"
        DESTINATION "${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d")
install(FILES "${printed}/pipectl.schema.json" DESTINATION "${CMAKE_INSTALL_DATADIR}/pipectl")
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" "${PROJECT_SOURCE_DIR}/README.md"
        DESTINATION "${CMAKE_INSTALL_DOCDIR}")
