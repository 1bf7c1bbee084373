# Every target does its own set-up. On a fresh machine python3 (3.11 or newer) and make are enough.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
COMPILE = $(UV) pip compile --quiet --universal --generate-hashes --no-annotate --no-header --no-emit-index-url --python-version 3.11

.DEFAULT_GOAL := help
.PHONY: help run test check fix migrate bench lock clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

run: $(VENV)/.run ## Start the service on http://localhost:8000 with SQLite in .authsvc/
	@# Two minutes, unless somebody has said otherwise, so that expiring and renewing can be watched.
	@if ! grep -qs '^AUTHSVC_ACCESS_TOKEN_TTL=.' .env; then \
	  export AUTHSVC_ACCESS_TOKEN_TTL="$${AUTHSVC_ACCESS_TOKEN_TTL:-120}"; fi; exec $(BIN)/authsvc serve

migrate: $(VENV)/.run ## Bring the database's schema to this version
	@$(BIN)/authsvc migrate

test: $(VENV)/.dev $(VENV)/.base $(VENV)/.node chromium proxies axe ## Run every test, on SQLite and on PostgreSQL
	@# A directory of its own: pytest prunes those in its usual place, also under a running database.
	@# One process more than there are cores: a few tests wait for most of their time. And each
	@# compiles what it finds, which is kept for the next time, whatever the environment says.
	@tmp=$$(mktemp -d) && PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -n "$$($(BIN)/python -c 'import os; print((os.cpu_count() or 1) + 1)')" --basetemp="$$tmp/t"; status=$$?; rm -rf "$$tmp"; exit $$status

check: $(VENV)/.dev ## Lint, types, the rules of the house, known weaknesses of dependencies
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell
	$(BIN)/bandit --quiet --recursive --severity-level medium src alembic
	$(BIN)/pip-audit --require-hashes --disable-pip --requirement requirements/run.txt

fix: $(VENV)/.dev ## Format, and mend what can be mended by itself
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

# Such as ROWS=1,3 SECONDS=2 ROUNDS=1 for a first impression, or SOAK=600 for the whole soak.
ROWS ?=
SECONDS ?= 5
ROUNDS ?= 3
SOAK ?= 60
bench: $(VENV)/.dev .bench/fastapi_users/.done .bench/better_auth/.done ## Measure beside others; see bench/README.md
	@$(BIN)/python -m bench --rows "$(ROWS)" --seconds $(SECONDS) --rounds $(ROUNDS) --soak $(SOAK)

lock: $(VENV)/.uv ## Resolve the dependencies anew, with hashes and without index addresses
	$(COMPILE) --upgrade pyproject.toml --extra server --output-file requirements/run.txt
	$(COMPILE) --upgrade pyproject.toml --constraint requirements/run.txt --output-file requirements/base.txt
	$(COMPILE) --upgrade pyproject.toml --extra server --group dev --constraint requirements/run.txt --output-file requirements/dev.txt
	$(COMPILE) --upgrade --group build --output-file requirements/build.txt
	$(COMPILE) --upgrade bench/peers/fastapi_users/requirements.in --output-file bench/peers/fastapi_users/requirements.txt

clean: ## Remove what these targets have made, but not your data in .authsvc/
	rm -rf $(VENV) .bench build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(VENV)/.uv: requirements/build.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "authsvc needs Python 3.11 or newer; set PYTHON=")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing (Debian: apt-get install python3-venv)"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --requirement requirements/build.txt
	@touch $@

$(VENV)/.run: $(VENV)/.uv requirements/run.txt pyproject.toml
	@echo "Installing…"
	@VIRTUAL_ENV=$(VENV) $(UV) pip install --quiet --require-hashes --no-deps --requirement requirements/run.txt
	@VIRTUAL_ENV=$(VENV) $(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q src $$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))') || true
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt
	@VIRTUAL_ENV=$(VENV) $(UV) pip install --quiet --require-hashes --no-deps --requirement requirements/dev.txt
	@touch $@

# What `pip install authsvc` alone brings, for the test of the bare verifier.
$(VENV)/.base: $(VENV)/.uv requirements/base.txt
	@$(BIN)/python -m venv --clear --without-pip $(VENV)/base
	@VIRTUAL_ENV=$(VENV)/base $(UV) pip install --quiet --require-hashes --no-deps --requirement requirements/base.txt
	@touch $@

# A verifier in another language. The lock has the hash, and leaves open where it comes from.
$(VENV)/.node: $(VENV)/.uv tests/verifier/node/package-lock.json | npm
	@mkdir -p $(VENV)/node && cp tests/verifier/node/package.json tests/verifier/node/package-lock.json $(VENV)/node
	@npm ci --prefix $(VENV)/node --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

.PHONY: npm
npm: ## Install Node.js for the tests that need it, where that is possible
	@command -v npm >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing Node.js…" && apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq nodejs npm >/dev/null; \
	  else echo "Some tests need Node.js and npm. Install them (Debian: apt-get install nodejs npm) and run again."; exit 1; fi; }

# The peers live in environments of their own.
.bench/fastapi_users/.done: bench/peers/fastapi_users/requirements.txt | $(VENV)/.uv
	@echo "Installing fastapi-users…"
	@rm -rf $(@D) && $(PYTHON) -m venv $(@D)
	@VIRTUAL_ENV=$(@D) $(UV) pip install --quiet --require-hashes --no-deps --requirement $<
	@touch $@

.bench/better_auth/.done: bench/peers/better_auth/package.json bench/peers/better_auth/package-lock.json bench/peers/better_auth/server.mjs
	@command -v npm >/dev/null || { echo "better-auth needs node 20 or newer, and npm (Debian: apt-get install nodejs npm)"; exit 1; }
	@echo "Installing better-auth…"
	@rm -rf $(@D) && mkdir -p $(@D) && cp $^ $(@D)
	@cd $(@D) && npm ci --silent --ignore-scripts --no-audit --no-fund
	@touch $@

# Without windows it takes half the time; the whole Chromium will do where it is there.
.PHONY: chromium
chromium: ## Install Chromium for the page tests, where that is possible
	@command -v chromium-headless-shell >/dev/null || command -v chromium >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing Chromium…" && apt-get update -qq && { \
	    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium-headless-shell >/dev/null || \
	    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; }; \
	  else echo "The page tests need Chromium. Install it (Debian: apt-get install chromium-headless-shell) and run again."; exit 1; fi; }

# Debian's packages start what they bring, unless a policy says no. The tests start their own.
.PHONY: proxies
proxies: ## Install nginx and Caddy for the forward-auth tests, where that is possible
	@missing=""; for name in nginx caddy; do \
	  command -v $$name >/dev/null || test -x /usr/sbin/$$name || missing="$$missing $$name"; done; \
	if [ -z "$$missing" ]; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing$$missing…"; \
	  policy=/usr/sbin/policy-rc.d; mine=""; \
	  test -e $$policy || { mine=$$policy; printf '#!/bin/sh\nexit 101\n' >$$policy && chmod +x $$policy; }; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null 2>&1; \
	  status=$$?; test -z "$$mine" || rm -f $$mine; exit $$status; \
	else echo "The forward-auth tests need:$$missing. Install (Debian: apt-get install$$missing) and run again."; exit 1; fi

.PHONY: axe
axe: $(VENV)/.dev | npm
	@$(BIN)/python scripts/fetch_axe.py
