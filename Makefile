# SPDX-License-Identifier: MIT
.DEFAULT_GOAL := help
.PHONY: help demo lint types test check flagship whole-pictures scores readme baselines fmax prove gallery bench-cpu bench-fifo bench-folding bench-host bench-networks bench-sim bench-train bench-unet exposures clean
.DELETE_ON_ERROR:
SHELL := /bin/bash

# Named after the lock's content: a changed lock installs again, a touched one does not.
INSTALLED := .venv/installed-$(shell sha256sum requirements.lock | cut -c1-12)
PIP := .venv/bin/python -m pip install -qq --no-input --disable-pip-version-check
PYTEST := .venv/bin/python -m pytest

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 20

demo: $(INSTALLED)  ## restore the built-in low-light frame, or RAW=path, into build/demo
	@.venv/bin/python -m tarsier_fpga.cli.demo $(if $(RAW),"$(RAW)")

# mypy reads the four folders as the package that they are installed as.
types: $(INSTALLED)  ## check the types of everything
	@rm -rf build/types && mkdir -p build/types/tarsier_fpga
	@ln -s $(CURDIR)/boards/* $(CURDIR)/flow $(CURDIR)/hls $(CURDIR)/training build/types/tarsier_fpga
	@cd build/types && $(CURDIR)/.venv/bin/mypy --config-file $(CURDIR)/pyproject.toml -p tarsier_fpga

lint: $(INSTALLED) types  ## what pre-commit runs, over everything
	@.venv/bin/ruff check . && .venv/bin/ruff format --check .
	@git ls-files '*.cpp' '*.hpp' | grep -v ^hls/cpp/ | xargs .venv/bin/clang-format --dry-run -Werror
	@git ls-files | grep -vE '\.(json|lock|npz|onnx|png|safetensors)$$' | xargs .venv/bin/codespell

test: $(INSTALLED) lint  ## lint, types and every test
	@TIMEFORMAT="%R s by the clock, %U + %S s of processor time"; \
	time $(PYTEST) -n 2 --dist loadfile --cov --cov-report=term:skip-covered

check: $(INSTALLED) lint  ## lint, types and the quick tests
	@TIMEFORMAT="%R s by the clock, %U + %S s of processor time"; \
	time $(PYTEST) -n 2 --dist loadfile -m "not slow and not data"

baselines: $(INSTALLED)  ## record the sizes of all kernels, write the tables of hls/README.md; minutes
	@.venv/bin/python -m tests.baselines.record && .venv/bin/python -m tests.baselines.kernel_table && .venv/bin/python -m tests.baselines.folded_table
	@$(PYTEST) -n 2 --dist loadfile --every-row tests/flow/test_timing.py

fmax: $(INSTALLED)  ## record the clock of single kernels on an ECP5; minutes
	@.venv/bin/python -m tests.baselines.fmax

prove: $(INSTALLED)  ## prove the contract of every kernel, K="fifo window" for some; a few minutes
	@.venv/bin/python -m tarsier_fpga.hls.prove $(if $(K),$(K),--table hls/formal/README.md)

readme: $(INSTALLED)  ## write the tables of what there is into the READMEs
	@.venv/bin/python -m tests.readme

scores: $(INSTALLED)  ## write our scores beside the papers' into training/README.md, RUNS=folder takes finished ones
	@.venv/bin/python -m tests.readme.scores $(RUNS)

flagship: $(INSTALLED)  ## the large designs in full, NET=name for one, and their tables; hours
	@.venv/bin/python -m tests.flagship.flagship $(NET)

whole-pictures: $(INSTALLED)  ## pictures of TARSIER_DATA through the RTL of networks on pictures, NET=name for one; an hour
	@.venv/bin/python -m tests.flagship.whole_pictures --frame --yosys $(if $(NETS),--nets $(NETS)) $(NET)

bench-cpu: $(INSTALLED)  ## 1-bit layers and networks on this CPU beside PyTorch; minutes
	@.venv/bin/python -m tests.bench.cpu

bench-fifo: $(INSTALLED)  ## FIFO sizing side by side with FINN's; minutes
	@.venv/bin/python -m tests.bench.fifo_sizing
	@.venv/bin/python -m tests.bench.fifo_wide

bench-folding: $(INSTALLED)  ## foldings side by side with FINN's SetFolding, on one cost model; minutes
	@.venv/bin/python -m tests.bench.folding

bench-host: $(INSTALLED)  ## what the host adds to the network on 12-megapixel frames; minutes
	@.venv/bin/python -m tests.bench.host

bench-networks: $(INSTALLED)  ## 200 random networks through all levels, FIRST=n COUNT=m for some; an hour
	@.venv/bin/python -m tests.bench.networks $(if $(FIRST),--first $(FIRST)) $(if $(COUNT),--count $(COUNT))

bench-sim: $(INSTALLED)  ## simulators side by side: ours, cocotb, Icarus Verilog; minutes
	@.venv/bin/python -m tests.bench.simulators

bench-unet: $(INSTALLED)  ## a U-Net of three scales, built and simulated; minutes
	@.venv/bin/python -m tests.bench.unet

bench-train: $(INSTALLED)  ## the time of a training step, a net's beside its parent's; minutes
	@.venv/bin/tarsier study step-time $(NET)

exposures: $(INSTALLED)  ## a real dark scene at three shutter times, restored by NET
	@.venv/bin/python -m tests.bench.exposures $(NET)

gallery: $(INSTALLED)  ## pictures of TARSIER_DATA through every shipped net, as build/gallery.html; minutes
	@.venv/bin/python -m tests.bench.gallery

clean:  ## remove the demo and the caches of the tools; keep .venv and training runs
	rm -rf build/demo build/gallery.html build/prove .pytest_cache .ruff_cache

# torch first and with its dependencies, so that its CPU and its CUDA build both work.
$(INSTALLED):
	@command -v python3.11 >/dev/null || { echo "Tarsier needs python3.11, which is not on the PATH"; exit 2; }
	@echo "Installing the pinned Python packages into .venv (once, a few minutes)"
	@python3.11 -m venv --clear .venv
	@echo "  1/3 torch" && $(PIP) --constraint requirements.lock torch
	@echo "  2/3 everything else" && $(PIP) --no-deps -r requirements.lock
	@echo "  3/3 tarsier" && $(PIP) --no-deps --no-build-isolation --editable .
	@rm -f .venv/installed-* && touch $@
