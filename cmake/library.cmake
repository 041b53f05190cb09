# The library that other programs use: all layers but nanobragg/ and evidence/ in one file, with the symbols of the
# headers that femtobragg/femtobragg.h includes, and no others (docs/library.md).
femtobragg_layer(library LAYERS scene assemble refine gradients simulate atoms formats backends model base)
set(layers base model backends simulate gradients refine formats atoms assemble scene library)
set(objects ${layers})
list(TRANSFORM objects REPLACE "(.+)" "$<TARGET_OBJECTS:femtobragg_\\1>")
list(TRANSFORM layers PREPEND femtobragg_)
set(symbols ${CMAKE_CURRENT_LIST_DIR}/symbols.map)
add_library(femtobragg_shared SHARED ${objects})
add_library(femtobragg::femtobragg ALIAS femtobragg_shared)
target_link_libraries(femtobragg_shared PRIVATE ${layers})
target_link_options(femtobragg_shared PRIVATE LINKER:--version-script=${symbols} LINKER:--no-undefined)
set_property(TARGET femtobragg_shared APPEND PROPERTY LINK_DEPENDS ${symbols})
# Before 1.0 each minor version may change what programs were compiled against.
set_target_properties(femtobragg_shared PROPERTIES LINKER_LANGUAGE CXX OUTPUT_NAME femtobragg EXPORT_NAME femtobragg
  VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
target_include_directories(femtobragg_shared INTERFACE
  $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/src> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_compile_features(femtobragg_shared INTERFACE cxx_std_20)

include(CMakePackageConfigHelpers)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/femtobragg)
install(TARGETS femtobragg_shared EXPORT femtobragg LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT femtobragg NAMESPACE femtobragg:: FILE femtobraggConfig.cmake DESTINATION ${package})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/generated/femtobraggConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/generated/femtobraggConfigVersion.cmake DESTINATION ${package})

# Its prefix is where the file lies, so that an installation can be moved.
file(RELATIVE_PATH prefix_from_package /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/femtobragg.pc @ONLY CONTENT
"prefix=\${pcfiledir}/@prefix_from_package@
libdir=\${prefix}/@CMAKE_INSTALL_LIBDIR@
includedir=\${prefix}/@CMAKE_INSTALL_INCLUDEDIR@

Name: femtobragg
Description: X-ray diffraction images of crystals, and their derivatives
Version: @PROJECT_VERSION@
Cflags: -I\${includedir}
Libs: -L\${libdir} -lfemtobragg
")
install(FILES ${CMAKE_BINARY_DIR}/generated/femtobragg.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# Public headers are those that femtobragg.h includes, which is asked at each installation.
install(CODE "set(source \"${CMAKE_SOURCE_DIR}/src\")\nset(include \"${CMAKE_INSTALL_INCLUDEDIR}\")")
install(SCRIPT ${CMAKE_CURRENT_LIST_DIR}/install_headers.cmake)
