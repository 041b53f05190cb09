# What is installed beside programs and library: completion, documentation, benchmark cases, pages of the manual; and
# the Debian package (make deb).
set(share ${CMAKE_INSTALL_DATADIR})
install(FILES share/completions/femtobragg.bash DESTINATION ${share}/bash-completion/completions RENAME femtobragg)
install(FILES share/completions/femtobragg.zsh DESTINATION ${share}/zsh/vendor-completions RENAME _femtobragg)
# Bash looks for a file of each program's name.
foreach(name ${other_names})
  install(CODE "file(CREATE_LINK femtobragg \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${share}/bash-completion/completions/${name}\" SYMBOLIC)")
endforeach()
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)
install(FILES README.md CHANGELOG.md CITATION.cff DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} PATTERN decisions EXCLUDE)
install(DIRECTORY examples DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY bench/cases DESTINATION ${share}/femtobragg/bench)

# help2man asks the program; without it there are no pages.
find_program(HELP2MAN help2man)
if(HELP2MAN)
  set(manual ${CMAKE_BINARY_DIR}/${CMAKE_INSTALL_MANDIR}/man1)
  add_custom_target(man_pages COMMAND ${CMAKE_SOURCE_DIR}/tools/man_pages ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${manual})
  add_dependencies(man_pages femtobragg)
  install(DIRECTORY ${manual} DESTINATION ${CMAKE_INSTALL_MANDIR} OPTIONAL)
endif()

# Nothing links what loads late, so that its packages are asked for here.
set(depends)
foreach(file ${HDF5_FILE} ${TIFF_LIBRARY_RELEASE} ${OPENSSL_CRYPTO_LIBRARY} ${XRAYLIB})
  file(REAL_PATH ${file} file)
  execute_process(COMMAND dpkg-query -S ${file} OUTPUT_VARIABLE found ERROR_QUIET)
  if(found MATCHES "^([^:]+):")
    list(APPEND depends ${CMAKE_MATCH_1})
  endif()
endforeach()
list(REMOVE_DUPLICATES depends)
list(JOIN depends ", " CPACK_DEBIAN_PACKAGE_DEPENDS)
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME femtobragg)
set(CPACK_PACKAGE_CONTACT "The femtoBragg authors <femtobragg@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "simulator of X-ray diffraction images of crystals")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "Renders stills, rotation series and XFEL pulses on any detector, with or without noise;
gives derivatives of every pixel, and fits crystals to measured images. With a C++ library,
and a replacement for nanoBragg with the same command line.")
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
# 0.1.0-5-gabc is after 0.1.0: Debian's versions say so with a plus.
string(REPLACE "-" "+" CPACK_PACKAGE_VERSION "${FEMTOBRAGG_DESCRIBED_VERSION}")
include(CPack)
