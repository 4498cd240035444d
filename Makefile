# Two commands do everything: `make practice` and `make test`. Nothing runs again unless its inputs changed.
PYTHON ?= python3.11
BIN := .venv/bin
MODEL := bot/models/calmline.tar.gz
NEEDED_GB := 6

export RASA_TELEMETRY_ENABLED := false
export GRADIO_ANALYTICS_ENABLED := False
export HF_HUB_OFFLINE := 1
export SQLALCHEMY_SILENCE_UBER_WARNING := 1
export TF_CPP_MIN_LOG_LEVEL := 3

.PHONY: practice test quick check format setup browser lock clean

practice: $(MODEL)
	@$(BIN)/calmline serve

test: $(MODEL) browser
	@$(BIN)/python -m pytest

quick: $(MODEL)
	@$(BIN)/python -m pytest -m "not slow and not browser"

check: .venv/installed
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/calmline check

format: .venv/installed
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

setup: $(MODEL)

# The stamp is written last: an install that was cut off is begun anew.
.venv/installed: requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "calmline: $(PYTHON) is not there; install Python 3.11, or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { echo "calmline: $(PYTHON) is not Python 3.11, and Rasa needs that one; name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import shutil, sys; sys.exit(shutil.disk_usage(".").free < $(NEEDED_GB) * 2**30 if not __import__("os").path.exists(".venv/installed") else 0)' || { echo "calmline: under $(NEEDED_GB) GB free here; the environment takes about 4.5 GB. Free some space and run make again"; exit 1; }
	@echo "calmline: setting up .venv (a few minutes, once)"
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install -q --disable-pip-version-check uv==0.13.9 torch==2.13.0
	@VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/uv pip install -q --no-deps --compile-bytecode -r requirements.lock
	@VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/uv pip install -q --no-deps -e .
	@$(BIN)/python -m compileall -q .venv/lib/python3.11/site-packages/torch >/dev/null 2>&1 || true
	@touch $@

$(MODEL): .venv/installed bot/config.yml bot/domain.yml bot/endpoints.yml $(wildcard bot/data/*.yml) bot/engine.py
	@echo "calmline: training the conversation model (under a minute)"
	@cd bot && ../$(BIN)/rasa train --fixed-model-name calmline --out models >models.log 2>&1 || { tail -n 20 models.log; echo "calmline: training failed; the whole log is bot/models.log"; exit 1; }
	@touch $@

# Only the browser tests need it; without it they are skipped and say so.
browser:
	@command -v chromium >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -q >/dev/null && apt-get install -y -q chromium >/dev/null; } || echo "calmline: no Chromium here, so the browser tests are skipped (Debian: apt-get install chromium)"

# After a change of the dependencies in pyproject.toml.
lock: .venv/installed
	@$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["tool"]["calmline"]["overrides"], sep="\n")' >.venv/overrides
	@$(BIN)/uv pip compile -q pyproject.toml --group test --override .venv/overrides --python-version 3.11 --no-emit-index-url --no-annotate --no-header -o requirements.lock

clean:
	@rm -rf .venv bot/models bot/.rasa *.egg-info
