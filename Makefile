# Two commands: `make app` opens the explorer, `make test` runs every test.
# Both make a virtual environment in .venv first, with uv if it is there.

PYTHON ?= python3
# Tests start hundreds of processes, each of which would compile our modules again.
unexport PYTHONDONTWRITEBYTECODE
# Tests wait for browsers and processes: three workers keep two cores busy.
WORKERS ?= 3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)
NPM := $(shell command -v npm 2>/dev/null)

.PHONY: app test quick coverage lint lint-python lint-javascript format assets clean

app: $(VENV)/.app
	$(BIN)/streamlit run streamlit_app.py

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

quick: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder -m "not slow and not browser"

coverage: $(VENV)/.dev
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -m "not slow and not browser"
	$(BIN)/coverage report

lint: lint-python lint-javascript

lint-python: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

lint-javascript:
ifdef NPM
	@$(MAKE) --no-print-directory node_modules/.package-lock.json
	npm run --silent lint
else
	@echo "The JavaScript was not checked: npm is not installed."
endif

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

assets: $(VENV)/.app
	$(BIN)/python -m explorer.charts.pictures assets

clean:
	rm -rf $(VENV) node_modules

node_modules/.package-lock.json: package-lock.json
	npm ci --loglevel=error --no-audit --no-fund
	@touch $@

$(VENV)/.app: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12") if sys.version_info < (3, 11) else None'
ifdef UV
	$(UV) venv --quiet --allow-existing --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" $(VENV)
	$(UV) pip install --quiet --python $(BIN)/python -r requirements.txt
else
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
endif
	@touch $@

$(VENV)/.dev: $(VENV)/.app requirements-dev.txt
ifdef UV
	$(UV) pip install --quiet --python $(BIN)/python -r requirements-dev.txt
else
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
endif
	@touch $@
