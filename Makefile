# The commands of the house. `make run` and `make test` need nothing but Python 3.11, make and the package registries.
.PHONY: run test setup setup-dev check soak bench pictures format
# The system's own Python where it is new enough: mended with the system, and compiled for speed (ADR 0025).
ifndef PYTHON
PYTHON := $(shell /usr/bin/python3 -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo /usr/bin/python3 || echo python3)
endif
BIN := .venv/bin
export PYTHONDONTWRITEBYTECODE = 1

run: setup
	$(BIN)/wenyuan up --demo

setup:
	@$(PYTHON) tools/setup.py

setup-dev:
	@$(PYTHON) tools/setup.py --dev

test: setup-dev
	@$(PYTHON) tools/chromium.py
	@# Four on two cores: half of each worker's time is waiting, for a database, a browser or a process that starts.
	$(BIN)/python -m pytest -n 4 --dist worksteal --durations 10 $(PYTEST_ARGS)

check: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/python tools/check_words.py
	$(BIN)/python tools/check_django.py
	$(BIN)/mypy wenyuan tests tools

format: setup-dev
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

soak: setup-dev
	@$(PYTHON) tools/chromium.py
	@$(PYTHON) tools/lighthouse.py
	$(BIN)/python -m pytest -m soak -n 0 -s $(PYTEST_ARGS)

bench: setup
	$(BIN)/wenyuan bench circulation
	$(BIN)/wenyuan bench import --records 100000

pictures: setup-dev
	@$(PYTHON) tools/chromium.py
	$(BIN)/python tools/pictures.py
