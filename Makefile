# The front door: make demo, make test, make install.
PRESET ?= release
PREFIX ?= /usr/local
JOBS   ?= $(shell nproc)
BIN    := build/$(PRESET)/bin

.PHONY: build program demo test bench sanitize clang fuzz format install clean

build:
	@scripts/install-dependencies
	@cmake --preset $(PRESET) > /dev/null
	@cmake --build --preset $(PRESET) -- -j$(JOBS)

# Only what users run.
program:
	@scripts/install-dependencies
	@cmake --preset $(PRESET) > /dev/null
	@cmake --build --preset $(PRESET) --target femtobragg -- -j$(JOBS)

demo: program
	@scripts/demo $(BIN)

test: build
	@ctest --preset $(PRESET) -j$(JOBS)

# Times on this machine; beside another nanoBragg, if NB_C_BIN names its binary.
bench: build
	@$(BIN)/femtobragg benchmark --cases all --json build/$(PRESET)/benchmark.json
	@$(BIN)/micro_benchmarks

# Library tests under the address and undefined-behaviour sanitizers.
sanitize:
	@scripts/install-dependencies
	@cmake --preset sanitize > /dev/null
	@cmake --build --preset sanitize --target library_tests -- -j$(JOBS)
	@build/sanitize/bin/library_tests --gtest_brief=1

# The library by another compiler, without objects; warnings are errors.
clang:
	@scripts/install-dependencies clang.txt
	@cmake --preset clang > /dev/null
	@cmake --build build/clang --target femtobragg_commit > /dev/null
	@tools/compile_only build/clang

# Damaged and hostile files for every reader, some seconds each.
fuzz:
	@scripts/install-dependencies
	@cmake --preset fuzz > /dev/null
	@cmake --build --preset fuzz -- -j$(JOBS)
	@ctest --preset fuzz -j$(JOBS)

format:
	@git ls-files '*.h' '*.cpp' | xargs clang-format -i

install: program
	@cmake --build --preset $(PRESET) --target femtobragg_shared -- -j$(JOBS)
	@cmake --install build/$(PRESET) --prefix $(PREFIX)

clean:
	@rm -rf build demo
