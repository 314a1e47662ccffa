# make run    the site on http://localhost:8000 (HOST, PORT, DATA_DIR, DATABASE_URL, REDIS_URL)
# make demo   the same, with a demonstration teacher, a finished class and a live one
# make test   the whole suite
# make lint   ruff and mypy
# make vggface2   fine-tune VGGFace2's published ResNet-50 and serve it (docs/models.md)

PYTHON ?= $(shell command -v python3.11 || command -v python3)
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

.PHONY: run demo prepare test lint format bench screenshots vggface2 clean

run: prepare
	@echo "Serving on http://localhost:$(PORT) as soon as the model is warm (see /readyz)"
	@$(SERVE)

demo: prepare
	$(SITE) $(BIN)/python manage.py create_demo
	@$(SERVE)

prepare: $(VENV)/.installed
	$(SITE) $(BIN)/python manage.py check --database default
	$(SITE) $(BIN)/python manage.py migrate --noinput
	$(SITE) $(BIN)/python manage.py collectstatic --noinput --verbosity 0

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

vggface2: $(VENV)/.installed
	test -f $(BACKBONE) || $(BIN)/python manage.py fetch_models vggface2_resnet50
	$(BIN)/python -m training.train $(CONFIG) --data $(TRAINING_DATA) --runs $(RUN_DIR) --models $(MODELS_DIR) --backbone $(BACKBONE)
	$(BIN)/python -m training.evaluate --model $(MODELS_DIR)/$(MODEL) --data $(TESTING) --split PrivateTest --json
	echo 'SERVED := $(MODEL)' > $(DATA_DIR)/served.mk
	@echo "make run now serves $(MODEL); remove $(DATA_DIR)/served.mk to go back"

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
