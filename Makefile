# The front door: make demo, make test, make install.
PRESET ?= release
PREFIX ?= /usr/local
PYTHON ?= /usr/bin/python3
JOBS   ?= $(shell nproc)
CONFIGURE := cmake -DPython_EXECUTABLE=$(PYTHON)
BIN    := build/$(PRESET)/bin

.PHONY: build program python demo gallery test bench sanitize clang fuzz format install deb clean

build:
	@scripts/install-dependencies test.txt
	@$(CONFIGURE) --preset $(PRESET) > /dev/null
	@cmake --build --preset $(PRESET) -- -j$(JOBS)

# Only what users run; needs no packages for tests.
program:
	@scripts/install-dependencies
	@$(CONFIGURE) --preset $(PRESET) > /dev/null
	@cmake --build --preset $(PRESET) --target femtobragg -- -j$(JOBS)

# The Python package, in build/python; for the Python that PYTHON names.
python:
	@scripts/install-dependencies python.txt
	@$(CONFIGURE) --preset $(PRESET) > /dev/null
	@cmake --build --preset $(PRESET) --target femtobragg_python -- -j$(JOBS)
	@ln -sfn $(PRESET)/python build/python

demo: program
	@scripts/demo $(BIN)

# The pictures of docs/gallery.md.
gallery: program
	@scripts/gallery $(BIN)

test: build
	@ctest --preset $(PRESET) -j$(JOBS)

# Times on this machine; beside another nanoBragg, if NB_C_BIN names its binary.
bench: build
	@$(BIN)/femtobragg benchmark --cases all --json build/$(PRESET)/benchmark.json
	@$(BIN)/micro_benchmarks

# Library tests under the address and undefined-behaviour sanitizers, then Python's hostile calls.
sanitize:
	@scripts/install-dependencies test.txt
	@$(CONFIGURE) --preset sanitize > /dev/null
	@cmake --build --preset sanitize --target library_tests femtobragg_python -- -j$(JOBS)
	@build/sanitize/bin/library_tests --gtest_brief=1
	@LD_PRELOAD="$$(g++ -print-file-name=libasan.so) $$(g++ -print-file-name=libstdc++.so)" \
	  ASAN_OPTIONS=detect_leaks=0 PYTHONPATH=build/sanitize/python \
	  $(PYTHON) -m pytest -q -p no:cacheprovider tests/python/test_bad_input.py tests/python/test_rendering.py

# The library by another compiler, without objects; warnings are errors.
clang:
	@scripts/install-dependencies clang.txt
	@cmake --preset clang > /dev/null
	@cmake --build build/clang --target femtobragg_commit > /dev/null
	@tools/compile_only build/clang

# Damaged and hostile files for every reader, some seconds each.
fuzz:
	@scripts/install-dependencies test.txt clang.txt
	@$(CONFIGURE) --preset fuzz > /dev/null
	@cmake --build --preset fuzz -- -j$(JOBS)
	@ctest --preset fuzz -j$(JOBS)

format:
	@scripts/install-dependencies clang.txt
	@git ls-files '*.h' '*.cpp' | xargs clang-format -i

install: program
	@cmake --build --preset $(PRESET) --target femtobragg_shared -- -j$(JOBS)
	@cmake --install build/$(PRESET) --prefix $(PREFIX)

# A Debian package in build/$(PRESET)/, with pages of the manual.
deb:
	@scripts/install-dependencies deb.txt
	@$(CONFIGURE) --preset $(PRESET) > /dev/null
	@cmake --build --preset $(PRESET) --target femtobragg femtobragg_shared man_pages -- -j$(JOBS)
	@cd build/$(PRESET) && cpack -G DEB

clean:
	@rm -rf build demo
