# make run    the site on http://localhost:8000 (HOST, PORT, DATA_DIR, DATABASE_URL, REDIS_URL)
# make demo   the same, with a demonstration teacher, a finished class and a live one
# make test   the whole suite
# make lint   ruff and mypy

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
export HOST ?= 127.0.0.1
export PORT ?= 8000
export TF_CPP_MIN_LOG_LEVEL ?= 2

PROXY := $(if $(filter 1 true yes on,$(BEHIND_TLS)),--proxy-headers)
# Without Daphne's access log: it would keep the addresses of students.
SERVE = exec $(BIN)/daphne -v 0 -b $(HOST) -p $(PORT) $(PROXY) engagement_site.asgi:application

.PHONY: run demo prepare test lint format bench screenshots clean

run: prepare
	@echo "Serving on http://localhost:$(PORT) as soon as the model is warm (see /healthz)"
	@$(SERVE)

demo: prepare
	$(BIN)/python manage.py create_demo
	@$(SERVE)

prepare: $(VENV)/.installed
	$(BIN)/python manage.py check
	$(BIN)/python manage.py migrate --noinput
	$(BIN)/python manage.py collectstatic --noinput --verbosity 0

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .

format: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.installed-dev
	$(BIN)/python -m inference.bench

screenshots: $(VENV)/.installed-dev
	$(BIN)/python -m tests.e2e.screenshots

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] < (3, 11))' \
	  || { echo "Python 3.11 or later is needed; name it with PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.txt | $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
