# Three commands make everything: lint, test, test-backends; `make demo` shows it, and `make docs`
# writes docs/checks/ from the checks. `make faults` scores a sample of the fault corpus.
PYTHON ?= python3
VENV := .venv
BACKENDS := .venv-backends
BIN := $(VENV)/bin
# A CPU build of this PyTorch is small; a plain `torch` brings gigabytes of CUDA.
TORCH ?= torch==2.13.0

.PHONY: demo test lint test-backends faults docs clean

demo: $(VENV)/installed
	$(BIN)/goodfit demo

test: $(VENV)/dev
	$(BIN)/python -m pytest -n 2 --dist worksteal tests

lint: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

faults: $(VENV)/dev
	KERAS_BACKEND=jax $(BIN)/python benchmarks/faults/score.py --smoke --jobs 2

docs: $(VENV)/dev
	$(BIN)/python docs/make_checks.py

# On JAX `make test` runs them all, but for those that read their data by another library.
test-backends: $(BACKENDS)/installed
	KERAS_BACKEND=jax $(BACKENDS)/bin/python -m pytest -n 2 --dist worksteal -m libraries tests
	KERAS_BACKEND=tensorflow $(BACKENDS)/bin/python -m pytest -n 2 --dist worksteal -m backend tests
	KERAS_BACKEND=torch $(BACKENDS)/bin/python -m pytest -n 2 --dist worksteal -m backend tests

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable '.[jax]'
	touch $@

$(VENV)/dev: $(VENV)/installed
	$(BIN)/pip install --quiet --editable '.[jax,dev]'
	touch $@

$(BACKENDS)/installed: pyproject.toml
	$(PYTHON) -m venv $(BACKENDS)
	$(BACKENDS)/bin/pip install --quiet $(TORCH)
	$(BACKENDS)/bin/pip install --quiet --editable '.[jax,tensorflow,torch,dev]'
	touch $@

clean:
	rm -rf $(VENV) $(BACKENDS) .mypy_cache .pytest_cache .ruff_cache .goodfit
