# Everything a developer runs. `make` alone prints this menu.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# A browser of the machine's, or the one Playwright fetched; without either, browser tests are left out, aloud.
CHROMIUM := $(shell command -v chromium || command -v chromium-browser || command -v google-chrome || ls -d $$HOME/.cache/ms-playwright/chromium-* 2>/dev/null | head -1)
MARKS := not nightly$(if $(CHROMIUM),, and not browser)
WORKERS ?= auto

.DEFAULT_GOAL := menu
.PHONY: menu setup run test check nightly bench format messages lock

menu:  ## print this menu
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*##/\1\t/' | while IFS="$$(printf '\t')" read -r verb does; do printf '  make %-9s%s\n' "$$verb" "$$does"; done

setup: $(READY)  ## make .venv with everything pinned and hash-checked (needs Python 3.11, nothing else)

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, and python3 is not on the PATH."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; $(PYTHON) is older: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q uv
	$(BIN)/uv pip sync -q --python $(BIN)/python --require-hashes requirements.lock
	$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $(READY)

run: $(READY)  ## start Switchboard with a demo plan; Ctrl-C stops it, a second run keeps the data
	@exec $(BIN)/switchboard up --demo

check: $(READY)  ## format, lint, types and import contracts (a part of test)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy

test: check  ## everything that must hold before a change lands, in under fifteen minutes
	@$(if $(CHROMIUM),echo "Browser tests use $(CHROMIUM).",echo "SKIPPED: browser tests, for want of a Chromium. Install one, or run: $(BIN)/playwright install chromium")
	SWITCHBOARD_KILLS=1 $(BIN)/python -m pytest -q -n $(WORKERS) --dist loadgroup -m "$(MARKS)"

nightly: $(READY)  ## the long proofs: kills, races, sweeps, mutation score
	$(BIN)/python -m pytest -q -m nightly --timeout 3600
	$(BIN)/python -m pytest -q -m "not nightly" --timeout 3600 --hypothesis-profile long tests/matching

bench: $(READY)  ## measure, as ratios within one run; writes bench/RESULTS.md
	$(BIN)/python -m bench

format: $(READY)  ## lay out the code and mend what the linter can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

messages: $(READY)  ## read what pages mark for translation into the Spanish catalogue, and compile it
	$(BIN)/python scripts/messages.py

lock: $(READY)  ## pin every dependency anew, with hashes, into requirements.lock
	$(BIN)/uv pip compile pyproject.toml --group dev --python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-header -q -o requirements.lock
