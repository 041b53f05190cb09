# The front door: make demo, make test, make install.
PRESET ?= release
PREFIX ?= /usr/local
JOBS   ?= $(shell nproc)
BIN    := build/$(PRESET)/bin

.PHONY: build demo test bench sanitize format install clean

build:
	@scripts/install-dependencies
	@cmake --preset $(PRESET) > /dev/null
	@cmake --build --preset $(PRESET) -- -j$(JOBS)

demo: build
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

format:
	@git ls-files '*.h' '*.cpp' | xargs clang-format -i

install: build
	@cmake --install build/$(PRESET) --prefix $(PREFIX)

clean:
	@rm -rf build demo
