# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# All targets write to .build/; `make clean` removes it.
# PYTHON is only used to make .build/venv: any Python from 3.11 on.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	  $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && exit; done; echo python3)
PORT ?= 5555

export PYTHONPATH := tests
# no __pycache__ in the sources; .build/venv is compiled when it is installed
export PYTHONDONTWRITEBYTECODE := 1
VENV_PYTHON := .build/venv/bin/python
STAGES := lint types ansible-lint sanity docs-lint build unit units integration molecule

.DEFAULT_GOAL := help
QUICK := lint types unit-quick
.PHONY: help setup demo test quick hub bench docs tables matrix mutate lock release clean $(STAGES) unit-quick screenshots faults

help: ## print this list
	@sed -n 's/^\([a-z][a-z -]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

setup: ## make .build/venv with the pinned tools, and lay out the collections (quick when up to date)
	@$(PYTHON) -m run.setup

demo: setup ## a dozen accounts at a local Security Hub: check, invite, members accept, report
	@$(VENV_PYTHON) tests/demo/run.py

test: setup ## everything that CI checks, stage by stage
	@$(VENV_PYTHON) -m run $(STAGES)

quick: setup ## what takes less than two minutes: lint, types, and the unit tests that need no server
	@$(VENV_PYTHON) -m run $(QUICK)

$(STAGES) unit-quick: setup
	@$(VENV_PYTHON) -m run $@

# What the stages are, for `make help`; their rule is the one above.
lint:        ## stage: ruff, yamllint, cfn-lint, check-jsonschema, reuse
types:       ## stage: mypy over plugins and tests
unit:        ## stage: pytest over the tests of the local hub, the playbooks, the report and the tooling
ansible-lint: ## stage: ansible-lint, profile production
unit-quick:  ## stage of make quick: pytest over the unit tests that need no server
sanity:      ## stage: ansible-test sanity
units:       ## stage: ansible-test units, which runs tests/unit
integration: ## stage: ansible-test integration against the local hub
molecule:    ## stage: every molecule scenario against the local hub
docs-lint:   ## stage: changelog and documentation linters, and the documentation site without a warning
build:       ## stage: build, install into an empty folder, ansible-doc, galaxy-importer, ansible-builder introspect

hub: setup ## run the local Security Hub in the foreground: make hub PORT=5555, with HTTPS: TLS=1 make hub
	@$(VENV_PYTHON) -m local_hub --port $(PORT) $(if $(filter-out 0,$(TLS)),--tls --ca-file .build/local-hub-ca.pem)

bench: setup ## measure the modules against the local hub
	@$(VENV_PYTHON) tests/bench/run.py

faults: setup ## run every module against every fault of the local hub, or some: ONLY=invite/InviteMembers, SAMPLE=100, SEED=7, ONLY=signing
	@$(VENV_PYTHON) tests/faults/run.py

docs: setup ## build the HTML documentation into .build/docs
	@$(VENV_PYTHON) -m run.site

tables: setup ## write the tables of variables, reasons and parameters into the guides again
	@PYTHONPATH=tests:.build/collections $(VENV_PYTHON) -m run.tables

screenshots: setup ## make the pictures in docs/images: the report in Chromium, and the demo
	@$(VENV_PYTHON) tests/report/screenshots.py
	@$(VENV_PYTHON) tests/demo/picture.py

matrix: setup ## every supported ansible-core with every Python of this machine, the oldest and newest SDK; or CORES=2.21
	@$(VENV_PYTHON) -m run.matrix $(CORES)

mutate: setup ## change the plans, retry.py and errors.py in each place, and see whether their tests notice, or ONLY=aws/retry.py
	@$(VENV_PYTHON) -m mutation.run

lock: setup ## resolve tests/requirements/dev.in into dev.txt again
	@.build/venv/bin/uv pip compile --cache-dir .build/cache/uv --quiet --upgrade --universal --python-version 3.11 --no-annotate --no-header \
	  tests/requirements/dev.in --output-file tests/requirements/dev.txt

release: setup ## set the version in every file that names it, and write the changelog: make release VERSION=1.1.0 DATE=2026-12-31
	@$(VENV_PYTHON) -m run.release '$(VERSION)' $(DATE)

clean: ## remove everything that was built
	@rm -rf .build
