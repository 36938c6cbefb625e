# Everything this repository does, by name. `make help` lists it.
.DEFAULT_GOAL := help
SHELL := /bin/sh

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
WITHOUT_STACK := not stack and not postgres and not kafka and not browser and not containers

.PHONY: help demo test check bench install install-dev

help: ## This list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' | awk -F'|' '{printf "  make %-12s %s\n", $$1, $$2}'

demo: install ## Install, start everything here and load the demonstration (ARGS=--detach leaves it running)
	@$(BIN)/perinatal up --demo $(ARGS)

test: install-dev ## All a submission needs, on real PostgreSQL and Kafka (ARGS go to pytest)
	@$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest $(ARGS)

check: install-dev ## The fast part, without a stack: format, types, import rules, tests that need nothing
	@$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest -m "$(WITHOUT_STACK)" tests/unit tests/architecture tests/contract $(ARGS)

bench: install-dev ## Measure it against the goals; tables in docs/
	$(BIN)/python -m tests.benchmarks $(ARGS)

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
