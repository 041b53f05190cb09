# Writes the commit of the source tree and its version to a header, if they changed.
#   usage: cmake -DSOURCE=DIR -DPROJECT=VERSION -DHEADER=FILE -P ...
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/../cmake/version.cmake)
execute_process(COMMAND git -C ${SOURCE} describe --always --dirty --abbrev=40 --exclude=*
  OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
femtobragg_version(${SOURCE} ${PROJECT} version)
file(CONFIGURE OUTPUT ${HEADER} CONTENT "// Written by each build.\n#define FEMTOBRAGG_COMMIT \"@commit@\"\n" @ONLY)
cmake_path(GET HEADER PARENT_PATH folder)
file(CONFIGURE OUTPUT ${folder}/described_version.h CONTENT
  "// Written by each build.\n#define FEMTOBRAGG_VERSION \"@version@\"\n" @ONLY)
