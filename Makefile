# One virtual environment serves everything. `make run` and `make test` are the two commands to know.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: run test test-long check format clean

run: $(STAMP)  ## install, build the index, open the chat
	$(BIN)/charterqa index
	$(BIN)/python app.py

# The browser tests have a process of their own: what two thousand tests leave behind slows a page past its time limits.
test: check  ## lint, types and every test that fits in ten minutes
	$(BIN)/python -m pytest -m "not long" --ignore=tests/browser
	$(BIN)/python -m pytest -m "not long" tests/browser

test-long: check  ## the soaks, the full kill runs and the real LLM as well
	$(BIN)/python -m pytest --ignore=tests/browser
	$(BIN)/python -m pytest tests/browser

check: $(STAMP)  ## what every commit must pass
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_architecture.py

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The CPU build of PyTorch first: left to a resolver, the default wheel brings gigabytes of CUDA.
$(STAMP): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=26"
	$(BIN)/python -m pip install --quiet "$$(grep '^torch==' constraints.txt)"
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable . --group dev
	touch $(STAMP)

clean:
	rm -rf $(VENV) index/built
