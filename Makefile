# Needs Python >= 3.11 and make. `make verify` and `make test` install what they need into .venv.

PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
VENV := .venv
BIN := $(VENV)/bin
FIGURES = $(if $(wildcard out/figures/manifest.json),--figures out/figures)
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: verify test third-party lint docs figures notebooks bench gpu-check readme references clean help
.DEFAULT_GOAL := verify

# Decide every claim; write out/report.html, with the figures if there are any in out/figures, and out/report.json.
verify: $(VENV)/installed
	mkdir -p out
	$(BIN)/lossproof verify --html out/report.html --json out/report.json $(FIGURES)

# Run the test suite, in as many processes as there are cores.
test: $(VENV)/installed-test
	$(BIN)/python -m pytest -n auto --dist loadfile

# Libraries whose losses are held against the papers' in tests, and MPI for sweeps (without them those tests are
# skipped). LibAUC asks for many packages that its losses do not need.
third-party: $(VENV)/installed-test
	$(PIP) torch==2.13.0 jax optax pytorch-metric-learning tqdm mpi4py mpich
	$(PIP) --no-deps libauc

# Style, types, spelling.
lint: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/codespell

# Documentation, a page a paper from docstrings and claims, in out/docs; no network once installed.
docs: $(VENV)/installed-docs
	rm -rf out/docs out/docs-source
	mkdir -p out
	cp -R docs out/docs-source
	$(BIN)/python -m theory.engine.pages out/docs-source
	$(BIN)/python -m sphinx -W --keep-going -q -b html out/docs-source out/docs

# Make the figures, with their data: all of them, or those that SELECT names; `make verify` puts them into the report.
figures: $(VENV)/installed-test
	$(BIN)/lossproof figures $(SELECT) --out out/figures

# Execute the notebooks anew: scripts of cells in, executed .ipynb beside them.
notebooks: $(VENV)/installed-test
	$(BIN)/python -m notebooks.execute

# Measure: all ratios in one table, also in out/bench.md and out/bench.json.
bench: $(VENV)/installed-test
	$(BIN)/python -m benchmarks

# Rewrite the generated parts of README.md from a fresh report, its plot and the calibration of the tests.
readme: verify
	$(BIN)/python -m theory.engine.readme out/report.json README.md
	$(BIN)/lossproof analyze --comp-sum 1.3 --classes 10 --plot docs/images/exact_against_published.png > /dev/null
	$(BIN)/python -c "from paper_figs.calibration_of_tests import data, draw; \
		draw(data()).savefig('docs/images/calibration_of_tests.png', dpi=80)"

# Compare a GPU with the processor; needs NumPy, SciPy, Numba with a CUDA toolkit, CuPy and array-api-compat; installs nothing.
gpu-check:
	$(PYTHON) -m experiments.gpu_check

# Rewrite references.bib from theory/papers.toml.
references: $(VENV)/installed
	$(BIN)/python -m theory.engine.papers references.bib

clean:
	rm -rf out build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

help:
	@echo 'make verify | test | third-party | lint | docs | figures | notebooks | bench | gpu-check | readme | references | clean'

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo 'Python 3.11 or newer is needed; none was found (set PYTHON=...)' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml | $(VENV)/bin/python
	$(PIP) --editable '.[report]'
	touch $@

$(VENV)/installed-test: pyproject.toml | $(VENV)/bin/python
	$(PIP) --editable '.[report,fast,test]'
	touch $(VENV)/installed $@

$(VENV)/installed-dev: pyproject.toml | $(VENV)/bin/python
	$(PIP) --editable '.[report,fast,test,dev]'
	touch $(VENV)/installed $(VENV)/installed-test $@

$(VENV)/installed-docs: pyproject.toml | $(VENV)/bin/python
	$(PIP) --editable '.[report,fast,test,docs]'
	touch $(VENV)/installed $(VENV)/installed-test $@
