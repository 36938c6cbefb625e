# Everything this repository does, by name. `make help` lists it.
.DEFAULT_GOAL := help
SHELL := /bin/sh

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PINNED := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header pyproject.toml
BROWSER := tests/e2e
OPERATIONS := tests/integration/deploy/operations
INSTALLATION := tests/integration/deploy tests/integration/importing
WITHOUT_STACK := not stack and not postgres and not kafka and not browser and not containers

# Several hundred processes read the same modules in: what Python made of them is kept, whatever the environment says.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test check test-integration test-compose bench faults requirements install install-dev

help: ## This list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' | awk -F'|' '{printf "  make %-16s %s\n", $$1, $$2}'

demo: install ## Install, start everything here and load the demonstration (ARGS=--detach leaves it running)
	@$(BIN)/perinatal up --demo $(ARGS)

test: install-dev ## All a submission needs, on real PostgreSQL and Kafka (ARGS go to pytest)
ifdef ARGS
	@$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest $(ARGS)
else
	@$(MAKE) --no-print-directory --jobs=6 --output-sync=target lint test-browser test-operations test-installation test-faults test-parts
endif

# Side by side, each on a stack of its own: much of them is waiting for processes that start, die and come back. Those with many
# processes give way to those with few, which would else be last and alone.
.PHONY: test-browser test-operations test-installation test-faults test-parts
test-browser:
	nice -n 3 $(BIN)/python -m pytest $(BROWSER)

test-operations:
	nice -n 3 $(BIN)/python -m pytest $(OPERATIONS)

test-installation:
	$(BIN)/python -m pytest $(INSTALLATION) --ignore=$(OPERATIONS)

test-faults:
	$(BIN)/python -m pytest tests/faults

test-parts:
	$(BIN)/python -m pytest tests $(addprefix --ignore=,$(BROWSER) $(INSTALLATION) tests/faults)

check: install-dev ## The fast part, without a stack: format, types, import rules, tests that need nothing
	@$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest -m "$(WITHOUT_STACK)" tests/unit tests/architecture tests/contract $(ARGS)

test-integration: install-dev ## Tests on running parts only; PERINATAL_TEST_STACK=containers runs them on postgres:18 and apache/kafka
	$(BIN)/python -m pytest tests/integration $(ARGS)

test-compose: install-dev ## docker-compose.yml for real: build, start, use, kill, upgrade (needs Docker, takes minutes)
	PERINATAL_TEST_STACK=compose $(BIN)/python -m pytest tests/compose $(ARGS)

bench: install-dev ## Measure it against the goals; tables in docs/
	$(BIN)/python -m tests.benchmarks $(ARGS)

faults: install-dev ## The known failures of such systems, each with twenty seeds (ARGS="F9 --seeds 3")
	$(BIN)/python -m tests.faults $(or $(ARGS),--seeds 20)

requirements: ## Write the pinned lists anew from pyproject.toml (needs uv); versions that still fit are kept
	$(PINNED) --extra local --extra operations --extra reports --output-file requirements.txt
	$(PINNED) --extra local --extra operations --extra reports --extra dev --output-file requirements-dev.txt
	$(PINNED) --output-file requirements-services.txt

install: $(VENV)/.installed ## What runs the platform, pinned and hashed, into .venv

install-dev: $(VENV)/.installed-dev ## And what tests it

.PHONY: lint
lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

$(BIN)/python:
	@$(PYTHON) -c 'import sys; v = "%d.%d" % sys.version_info[:2]; sys.exit(0 if sys.version_info >= (3, 11) else "error: Python 3.11 or newer is needed, $(PYTHON) is " + v + ": make PYTHON=python3.12")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed-dev: requirements-dev.txt pyproject.toml | $(BIN)/python
	@echo "Install what is pinned in requirements-dev.txt"
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $(VENV)/.installed $@

$(VENV)/.installed: requirements.txt pyproject.toml | $(BIN)/python
	@echo "Install what is pinned in requirements.txt"
	@$(PIP) install --require-hashes -r requirements.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@
