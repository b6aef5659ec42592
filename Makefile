# Every target is a thin call; `mentorship <command> --help` says more about each step.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: setup refresh check dashboard export sample test lint bench docs pictures lock help

PYTHON ?= python3
BIN := .venv/bin
WAREHOUSE ?= data/warehouse
# Named after the locked versions and the place: an interrupted set-up leaves no stamp, and another
# lock file or a moved folder has another one. Either way the environment is made anew.
STAMP := .venv/.ready-$(shell (pwd; cat requirements.lock) | sha256sum | cut -c1-12)

$(STAMP):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "$(PYTHON) is too old: Python 3.11 or newer is needed (make PYTHON=...)"; exit 2; }
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m dashboards.assets_setup
	$(BIN)/python -m pipeline.read_ahead
	@touch $@

setup: $(STAMP) ## make .venv from the locked dependencies, and the dashboard's assets

refresh: setup ## load, model, estimate and publish (EXPORTS, WAREHOUSE, AS_OF, KNOWN_AT, SETTINGS, KEY)
	@$(BIN)/mentorship refresh

check: setup ## say what a refresh would make of EXPORTS, file by file, without loading them
	@$(BIN)/mentorship check

dashboard: setup ## serve the last snapshot (HOST, PORT, WAREHOUSE)
	@$(BIN)/mentorship dashboard

export: OUT ?= build/pack
export: setup ## write the planning pack (OUT, SEGMENT, FOLLOW_UP, TEMPLATE, WAREHOUSE)
	@$(BIN)/mentorship export --out "$(OUT)" $(if $(SEGMENT),--segment "$(SEGMENT)") \
		$(if $(FOLLOW_UP),--follow-up "$(FOLLOW_UP)") $(if $(TEMPLATE),--template "$(TEMPLATE)")

sample: OUT ?= build/sample
sample: setup ## write a synthetic organisation (ENGINEERS, MONTHS, SEED, OUT)
	@$(BIN)/mentorship sample --out "$(OUT)" $(if $(ENGINEERS),--engineers $(ENGINEERS)) \
		$(if $(MONTHS),--months $(MONTHS)) $(if $(SEED),--seed $(SEED))

test: setup lint ## lint and test everything
	@.ci/packages
	@.ci/sample
	$(BIN)/pytest -n 2

lint: setup ## ruff, SQLFluff, mypy and the walls between the rooms
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/sqlfluff lint -q models macros tests/models
	$(BIN)/mypy --strict
	$(BIN)/lint-imports

bench: setup ## measure speed, memory, coverage, chaos, soak and what an attacker gets; writes bench/*.md
	$(BIN)/python bench/refresh.py
	$(BIN)/python bench/dashboard.py
	$(BIN)/python bench/designs.py
	$(BIN)/python bench/estimates.py
	$(BIN)/python bench/speed.py
	$(BIN)/python bench/soak.py
	$(BIN)/python bench/chaos.py
	$(BIN)/python bench/privacy.py

docs: refresh ## build the dbt documentation of every model and column
	DO_NOT_TRACK=1 MENTORSHIP_WORK_DB="$(abspath $(WAREHOUSE))/work.duckdb" \
		$(BIN)/dbt docs generate -q --static --target-path target
	@echo "open target/static_index.html"

pictures: refresh ## draw the pictures of docs/method from the sample's snapshot
	$(BIN)/python docs/pictures.py "$(WAREHOUSE)"

lock: setup ## write requirements.lock anew from pyproject.toml
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header -o requirements.lock

help: ## list the targets
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "make %-10s %s\n", $$1, $$2}'
