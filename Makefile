# make verify   install the package and run every claim
# make test     install what the tests need and run all checks
# make train    install what the networks need and train one on 4,000 real digits
# make proofs   build the machine-checked proofs (installs Coq where it is root on Debian)
# make bench    print the benchmark tables and write benchmarks/results/

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: verify test train proofs bench clean

verify: .venv/core
	$(BIN)/linreg-theory verify

test: .venv/test proofs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 2

train: .venv/deep
	$(BIN)/linreg-deep train cpu/mnist5000 --method vadd-kl --seed 0

proofs:
	PYTHON=$(PYTHON) bash .ci/system proofs
	$(MAKE) -C proofs/rocq

bench: .venv/core
	$(BIN)/python -m benchmarks.masks
	$(BIN)/python -m benchmarks.kernels
	$(BIN)/python -m benchmarks.fits
	$(BIN)/python -m benchmarks.certificates
	$(BIN)/python -m benchmarks.mutations

.venv/core: pyproject.toml constraints.txt
	PYTHON=$(PYTHON) bash .ci/system core
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) -e .
	touch $@

.venv/deep: .venv/core
	$(PIP) -e '.[deep]'
	touch $@

.venv/test: .venv/core
	PYTHON=$(PYTHON) bash .ci/system test
	$(PIP) -e '.[deep,test]'
	touch $@

clean:
	rm -rf .venv
