# make run    the site on http://localhost:8000 (HOST, PORT, DATA_DIR, DATABASE_URL, REDIS_URL)
#             WEB_PROCESSES=4 serves the address by so many processes
# make run-lan   the same over HTTPS for every device in the room
# make run-public   a site on the internet, with Caddy in front (DOMAIN=class.example.org)
# make run-cluster   the same with PostgreSQL, Redis, Ray and several processes (docs/operations.md)
# make demo   the site, with a demonstration teacher, a finished class and a live one
# make test   the whole suite (TESTS=tests/test_env.py for a part of it)
# make lint   style, types of Python and JavaScript, directions of imports, migrations, deployment
# make coverage   the suite, and which lines it did not run
# make audit  whether a locked package has a known vulnerability, where that can be asked
# make lock   the locked files, from pyproject.toml and .ci/js/package.json (CONTRIBUTING.md)
# make vggface2   fine-tune VGGFace2's published ResNet-50 and serve it (docs/models.md)

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || echo python3)
VENV := .venv
BIN := $(VENV)/bin
export HOST ?= 127.0.0.1
export PORT ?= 8000
export TF_CPP_MIN_LOG_LEVEL ?= 2

DATA_DIR ?= data
MODELS_DIR ?= models
# What `make vggface2` made the site serve; EMOTION_MODEL of the environment goes before it.
-include $(DATA_DIR)/served.mk
SITE := env $(if $(SERVED),EMOTION_MODEL=$${EMOTION_MODEL:-$(SERVED)})

# Without Daphne's access log: it would keep the addresses of students.
SERVE = exec $(SITE) $(BIN)/daphne -v 0 -b $(HOST) -p $(PORT) engagement_site.asgi:application

# Of `make vggface2`: the recipe, its data, the published file, and where checkpoints go.
CONFIG ?= vggface2_resnet50_finetune
TRAINING_DATA ?= ../shared/data
TESTING ?= $(TRAINING_DATA)/fer2013_test.zip
BACKBONE ?= $(DATA_DIR)/models/rcmalli_vggface_tf_notop_resnet50.h5
RUN_DIR ?= runs
MODEL = $(basename $(notdir $(CONFIG)))

TESTS ?= tests
WORKERS ?= 3
# A public site, as `make lint` checks its settings; its key is used nowhere else.
PUBLIC_SITE = BEHIND_TLS=1 ALLOWED_HOSTS=class.example.org CSRF_TRUSTED_ORIGINS=https://class.example.org \
  SECRET_KEY=a-key-of-make-lint-alone:0123456789abcdefghijklmnopqrstuvwxyz DATA_DIR=$(VENV)/lint
TSC := .ci/js/node_modules/.bin/tsc
LOCK = $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-strip-extras \
  --quiet --custom-compile-command 'make lock' $(UPGRADE)

.PHONY: run run-lan run-public run-cluster demo prepare test coverage lint lint-js format audit lock bench screenshots vggface2 clean

run: prepare
	@echo "Serving on http://localhost:$(PORT) as soon as the model is warm (see /readyz)"
	@$(if $(filter-out 1,$(WEB_PROCESSES)),exec $(SITE) $(BIN)/python -m engagement_site.web_processes,$(SERVE))

# HTTPS for the devices in the room, at TLS_PORT (8443), by a certificate made on the spot.
run-lan: prepare
	@exec $(SITE) $(BIN)/python -m engagement_site.lan

# Caddy in front gets and renews the certificate; only the name is to be said.
run-public: prepare
	@exec $(SITE) $(BIN)/python -m engagement_site.public

# PostgreSQL, Redis, Ray with its replicas, web processes and Caddy, all on this machine.
run-cluster: $(VENV)/.installed-ray
	@exec $(SITE) $(BIN)/python -m engagement_site.cluster

# A class plays in the live session: its frames bring their answers along, past the model alone.
demo: export RECORDED_FRAMES = 1
demo: prepare
	$(SITE) $(BIN)/python manage.py create_demo
	@$(SITE) $(BIN)/python manage.py play_demo & $(SERVE)

prepare: $(VENV)/.installed
	$(SITE) $(BIN)/python manage.py check --database default
	$(SITE) $(BIN)/python manage.py migrate --noinput
	$(SITE) $(BIN)/python manage.py collectstatic --noinput --verbosity 0

# Files are shared out among as many processes, which often wait; WORKERS=0 runs all in one.
test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(TESTS)

coverage: $(VENV)/.installed-dev
	$(BIN)/python -m pytest $(TESTS) --cov

lint: $(VENV)/.installed-dev lint-js
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache --no-logo
	$(BIN)/mypy .
	env $(PUBLIC_SITE) $(BIN)/python manage.py makemigrations --check --dry-run
	env $(PUBLIC_SITE) $(BIN)/python manage.py check --deploy --fail-level WARNING

ifneq ($(shell command -v npm 2>/dev/null),)
lint-js: $(TSC)
	$(TSC) -p .ci/js
else
lint-js:
	@echo "Skipped: the types in static/js, for npm is not here (apt-get install nodejs npm)."; test -z "$$CI"
endif

$(TSC): .ci/js/package-lock.json
	npm --prefix .ci/js ci --silent
	@touch $@

format: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

audit: $(VENV)/.installed-dev
	$(BIN)/python -m tests.audit

lock: $(VENV)/.installed-dev
	$(LOCK) --output-file requirements.txt
	$(LOCK) --extra ray --constraint requirements.txt --output-file requirements-ray.txt
	$(LOCK) --group dev --constraint requirements.txt --output-file requirements-dev.txt
	npm --prefix .ci/js install --package-lock-only --omit-lockfile-registry-resolved --silent

bench: $(VENV)/.installed-dev
	$(BIN)/python -m inference.bench

screenshots: $(VENV)/.installed-dev
	$(BIN)/python -m tests.e2e.screenshots

vggface2: $(VENV)/.installed
	test -f $(BACKBONE) || $(BIN)/python manage.py fetch_models vggface2_resnet50
	$(BIN)/python -m training.train $(CONFIG) --data $(TRAINING_DATA) --runs $(RUN_DIR) --models $(MODELS_DIR) --backbone $(BACKBONE)
	$(BIN)/python -m training.evaluate --model $(MODELS_DIR)/$(MODEL) --data $(TESTING) --split PrivateTest --json
	echo 'SERVED := $(MODEL)' > $(DATA_DIR)/served.mk
	@echo "make run now serves $(MODEL); remove $(DATA_DIR)/served.mk to go back"

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null \
	  || { echo "Python 3.11, 3.12 or 3.13 is needed, as by TensorFlow: name one with PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.txt | $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

$(VENV)/.installed-ray: requirements-ray.txt $(VENV)/.installed
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-ray.txt
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .coverage .ci/js/node_modules
