# README names `make run` and `make test`; everything else is for those who work on the code.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
PY := $(VENV)/bin/python
READY := $(VENV)/.ready
INSTALLED := $(VENV)/.installed

export DEMO ?= 1
export PORT

.PHONY: run test lint format check bench soak demo-reset messages clean

run: $(READY)
	@$(PY) manage.py migrate --verbosity 0
	@case "$$DEMO" in 1|true|yes|on) $(PY) manage.py demo_campus;; *) $(PY) manage.py ensure_roles;; esac
	@$(PY) manage.py serve --port $(PORT)

test: $(READY)
	$(PY) -m pytest -n auto --dist loadscope --no-loadscope-reorder $(ARGS)

check: lint
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(PY) manage.py makemigrations --check --dry-run
	$(PY) manage.py messages --check

lint: $(READY)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/djlint --quiet --lint templates

format: $(READY)
	$(VENV)/bin/ruff check --fix-only .
	$(VENV)/bin/ruff format .

bench: $(READY)
	$(PY) -m tests.bench $(ARGS)
	$(PY) -m tests.bench.search $(ARGS)
	$(PY) -m tests.bench.sip2
	$(PY) -m tests.bench.imports
	$(PY) -m tests.bench.points $(ARGS)

soak: $(READY)
	$(PY) -m tests.soak $(ARGS)
	SOAK=1 $(PY) -m pytest -n auto -o faulthandler_timeout=0 tests/sharing/model

demo-reset: $(READY)
	$(PY) manage.py demo_campus --reset

messages: $(READY)
	$(PY) manage.py messages --extract

$(READY): $(INSTALLED) $(wildcard */locale/*/LC_MESSAGES/django.po)
	$(PY) manage.py messages --compile
	@touch $(READY)

# One environment from the hash-locked file; made anew only when that file changes.
$(INSTALLED): requirements/locked.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Bookrelay needs Python 3.11 or newer; name one with PYTHON=...")'
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/locked.txt
	@touch $(INSTALLED)

clean:
	rm -rf $(VENV) var
