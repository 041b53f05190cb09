# Writes the commit of the source tree to a header, if it changed.   usage: cmake -DSOURCE=DIR -DHEADER=FILE -P ...
cmake_minimum_required(VERSION 3.25)
execute_process(COMMAND git -C ${SOURCE} describe --always --dirty --abbrev=40 --exclude=*
  OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
file(CONFIGURE OUTPUT ${HEADER} CONTENT "// Written by each build.\n#define FEMTOBRAGG_COMMIT \"@commit@\"\n" @ONLY)
