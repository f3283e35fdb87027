# One virtual environment serves everything. `make run` and `make test` are the two commands to know.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Two files of tests at a time; the tests of one file share their servers.
TWO := -n 2 --dist loadfile
# Each step of a run says when it begins, in seconds since the command was given.
BEGUN := $(shell date +%s)
say = @printf '[%4d s] %s\n' $$(($$(date +%s) - $(BEGUN))) "$(1)"

.PHONY: run test test-long check docs coverage dist format clean

run: $(STAMP)  ## install, build the index, open the chat
	$(call say,Building the index: what has not changed is not read again)
	@$(BIN)/charterqa index
	$(call say,Starting the server: the chat is at the address below; Ctrl+C ends it)
	@$(BIN)/python app.py

# The browser tests have a process of their own: what two thousand tests leave behind slows a page past its time limits.
test: check  ## lint, types and every test that fits in ten minutes
	$(BIN)/python -m pytest $(TWO) -m "not long" --ignore=tests/browser --ignore=tests/test_architecture.py
	$(BIN)/python -m pytest $(TWO) -m "not long" tests/browser

test-long: check  ## the soaks, the full kill runs, the real LLM, every page of the documentation and the packages as well
	$(BIN)/python -m pytest --ignore=tests/browser
	$(BIN)/python -m pytest tests/browser

check: $(STAMP)  ## what every commit must pass
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_architecture.py

docs: $(STAMP)  ## the pages written from the code, then the whole site into site/
	$(BIN)/python -m docs.generate
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict

coverage: $(STAMP)  ## which lines the tests reach, in htmlcov/
	$(BIN)/python -m pytest -q -m "not long" --ignore=tests/browser --cov --cov-report=term --cov-report=html

dist: $(STAMP)  ## sdist and wheel in dist/, as they would be published
	$(BIN)/python -m build --no-isolation --outdir dist .
	$(BIN)/twine check --strict dist/*

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# PyTorch first, from TORCH_INDEX where one is named: on Linux the wheel of PyPI brings gigabytes for graphics cards.
$(STAMP): pyproject.toml constraints.txt
	$(call say,Making the virtual environment in $(VENV))
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --upgrade "pip>=26"
	$(call say,Installing PyTorch: some 200 MB from an index of CPU wheels)
	@$(BIN)/python -m pip install --quiet $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) "$$(grep '^torch==' constraints.txt)"
	$(call say,Installing charterqa and what it stands on: some minutes the first time)
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable . --group dev
	@touch $(STAMP)

clean:
	rm -rf $(VENV) index/built site htmlcov dist
