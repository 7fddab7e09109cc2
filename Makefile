# Two commands matter: `make up` and `make test`. `make help` lists the rest.

# Any Python runs the setup, which then looks for a supported one; PYTHON=... names that one.
SETUP_PYTHON := $(or $(firstword $(shell command -v python3 python3.11 python3.12 python3.13)),$(PYTHON))
VENV := .venv/bin
TESTED := tests catalog/domain analysis/domain prompts/domain analytics/domain

export PYTHON

.DEFAULT_GOAL := help
.PHONY: help up setup test check bench

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "  PORT=8001 and HOST=0.0.0.0 go with up, ARGS='-k upload' with test."

up: ## Set up what is missing, then run the studio until Ctrl-C
	@$(call bootstrap,up)
	@exec $(VENV)/python manage.py up $(if $(PORT),--port $(PORT)) $(if $(filter command line,$(origin HOST)),--host $(HOST)) $(ARGS)

setup: ## Set up everything without starting anything
	@$(call bootstrap,setup)

test: ## Set up what tests need and run all of them
	@$(call bootstrap,test)
	$(VENV)/python -m pytest $(wildcard $(TESTED)) $(ARGS)

check: ## Lint, format, types, import contracts, migrations, templates, API schema, deployment
	@$(call bootstrap,check)
	$(VENV)/ruff check .
	$(VENV)/ruff format --check .
	$(VENV)/mypy
	$(VENV)/lint-imports
	$(VENV)/djlint templates --lint --quiet
	$(VENV)/python manage.py makemigrations --check --dry-run
	$(VENV)/python manage.py spectacular --validate --fail-on-warn --file /dev/null
	$(VENV)/python -m pytest -q tests/services/studio/test_deployment.py

bench: ## Run the benchmarks that need no data; NAME= picks one, ARGS='--data DIR' its data
	@$(call bootstrap,packages)
	@for name in $(or $(NAME),simulation counterfactual); do \
		$(VENV)/python manage.py bench $$name --json $(ARGS) || exit 1; \
	done

define bootstrap
	if [ -z "$(SETUP_PYTHON)" ]; then \
		echo "Liner needs Python 3.11, 3.12 or 3.13, and found no Python." >&2; exit 1; \
	fi; \
	$(SETUP_PYTHON) studio/bootstrap.py $(1)
endef
