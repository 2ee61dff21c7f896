# liandong: `make report` makes everything, from set-up to the finished report. `make help` lists the rest.

PYTHON ?= python3
STUDY  ?= examples/hubei/study.yaml
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup report run claims quality test check format lock bench fuzz clean

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  STUDY=path/to/study.yaml chooses another study for report, run, claims and quality"

setup: $(READY)  ## Create .venv and install the locked packages

# pip brings a pinned uv, uv the locked list; where uv cannot reach the registry, pip alone installs the same list.
$(READY): requirements.lock requirements/uv.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; found $$($(PYTHON) --version). Name another with PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the locked packages into $(VENV) …"
	@index=$$($(BIN)/pip config get global.index-url 2>/dev/null); \
	  { $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.lock && \
	    $${index:+env UV_DEFAULT_INDEX=$$index} $(BIN)/uv pip install --quiet --system-certs --require-hashes --python $(BIN)/python -r requirements.lock; } || \
	  $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

report: $(READY)  ## Set up if needed, run the study and render its report
	@$(BIN)/liandong report "$(STUDY)"

run: $(READY)  ## Write the study's evidence bundle without rendering
	@$(BIN)/liandong run "$(STUDY)"

claims: $(READY)  ## Hold the study's published figures against each other and the data, for the auditor
	@$(BIN)/liandong claims "$(STUDY)"

quality: $(READY)  ## Check the field work: what to put right today, for the supervisor
	@$(BIN)/liandong quality "$(STUDY)"

test: $(READY)  ## Run the whole test suite in parallel
	@$(BIN)/pytest -n auto --dist loadfile -q

check: $(READY)  ## Lint, types and floors
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(READY)  ## Format the code
	@$(BIN)/ruff check --fix-only --quiet . && $(BIN)/ruff format .

lock: $(READY)  ## Renew the lock files from pyproject.toml
	@$(BIN)/uv pip compile --system-certs --quiet --universal --generate-hashes --python-version 3.11 --no-header --extra dev pyproject.toml -o requirements.lock
	@for extra in spark quarto; do $(BIN)/uv pip compile --system-certs --quiet --universal --generate-hashes --python-version 3.11 --no-header --extra $$extra -c requirements.lock pyproject.toml -o requirements/$$extra.lock; done
	@echo 'uv' | $(BIN)/uv pip compile --system-certs --quiet --universal --generate-hashes --python-version 3.11 --no-header - -o requirements/uv.lock

bench: $(READY)  ## Time the engine against its peers, as ratios in one run
	@$(BIN)/python benchmarks/run.py

fuzz: $(READY)  ## Damage hundreds of files of every format and read them
	@$(BIN)/python benchmarks/fuzz.py

clean:  ## Remove everything that was made: environment, output, caches
	@rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
