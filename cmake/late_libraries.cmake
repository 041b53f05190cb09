# Libraries that are loaded when they are first needed (src/femtobragg/base/late_library.h): nothing links them. Their
# files are named in a header.
set(late_files "// What loads late, and from which files; made by CMake.\n#pragma once\n")

# A library of others, by the name under which every program finds it.
function(femtobragg_late_library name file)
  execute_process(COMMAND ${CMAKE_OBJDUMP} -p ${file} OUTPUT_VARIABLE header ERROR_QUIET)
  if(NOT header MATCHES "SONAME +([^ \n]+)")
    message(FATAL_ERROR "${name} must be a shared library, because femtoBragg loads it when it is first needed; found: '${file}'")
  endif()
  set(soname ${CMAKE_MATCH_1})
  file(REAL_PATH ${file} file)
  cmake_path(GET file PARENT_PATH folder)
  set(late_files "${late_files}#define FEMTOBRAGG_${name} \"${soname}\", \"${folder}/${soname}\"\n" PARENT_SCOPE)
endfunction()

# A part of this library in a file of its own, beside it.
function(femtobragg_module name)
  cmake_parse_arguments(MODULE "" "" "SOURCES;PRIVATE" ${ARGN})
  string(TOLOWER ${name} target)
  add_library(femtobragg_${target} MODULE ${MODULE_SOURCES})
  target_link_libraries(femtobragg_${target} PRIVATE femtobragg_options ${MODULE_PRIVATE})
  # Its name has the version, so that two versions never mix.
  set_target_properties(femtobragg_${target} PROPERTIES PREFIX "" OUTPUT_NAME femtobragg-${target}-${PROJECT_VERSION}
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_LIBRARY_OUTPUT_DIRECTORY}/femtobragg)
  install(TARGETS femtobragg_${target} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/femtobragg)
  set(late_files "${late_files}#define FEMTOBRAGG_${name} \"femtobragg-${target}-${PROJECT_VERSION}.so\", \"\"\n"
    PARENT_SCOPE)
endfunction()
