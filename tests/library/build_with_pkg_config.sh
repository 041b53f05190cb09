# Builds a program with pkg-config alone, and runs it.
# usage: build_with_pkg_config.sh PKG_CONFIG_FOLDER COMPILER_AND_FLAGS SOURCE ARGUMENT...
set -eu
export PKG_CONFIG_PATH=$1
compiler=$2 source=$3
shift 3
# shellcheck disable=SC2086,SC2046 -- lists of words
$compiler -std=c++20 "$source" -o by_pkg_config $(pkg-config --cflags --libs femtobragg) \
  -Wl,-rpath,"$(pkg-config --variable=libdir femtobragg)"
./by_pkg_config "$@"
