# Needs make and Python 3.11 or newer, and nothing else. Everything it makes stays below .venv/ in this folder.

VENV := .venv
PYTHON := $(VENV)/bin/python
PINS := .ci/constraints.txt
INSTALL := $(PYTHON) -m pip install --quiet --disable-pip-version-check --no-cache-dir --constraint $(PINS)

# caches and scratch files of every tool below
export TMPDIR := $(CURDIR)/$(VENV)/tmp
export XDG_CACHE_HOME := $(CURDIR)/$(VENV)/cache
export RUFF_CACHE_DIR := $(CURDIR)/$(VENV)/cache/ruff
export PYRIGHT_PYTHON_CACHE_DIR := $(CURDIR)/$(VENV)/cache/pyright
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1
export PIP_NO_INPUT := 1
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test fuzz lint types bench format wheel clean

help:
	@echo "make demo   render a blueprint, check it, deploy it into the embedded CloudFormation, look at the result"
	@echo "make test   every test"
	@echo "make fuzz   inputs that the code's own branches ask for; SECONDS=60 for each of TARGETS"
	@echo "make lint   ruff: rules and format        make format  let ruff mend what it can"
	@echo "make types  mypy --strict and pyright     make bench   side by side with peers"
	@echo "make wheel  build dist/                   make clean   remove everything that make made"

demo: $(VENV)/ready-run
	@echo "demo: from a blueprint to a running stack, on this machine"
	@$(PYTHON) -m tests.demo

test: $(VENV)/ready-dev
	@echo "test: every test, two at a time"
	@$(PYTHON) -m pytest -q -n 2 --dist loadgroup $(TESTS)

SECONDS := 60
fuzz: $(VENV)/ready-dev
	@echo "fuzz: installing the fuzzer, then $(SECONDS) s for each target"
	@$(INSTALL) --no-build-isolation --editable '.[fuzz]'
	@nice $(PYTHON) -m tests.fuzz --seconds $(SECONDS) $(TARGETS)

lint: $(VENV)/ready-dev
	@echo "lint: ruff, rules and format"
	@$(VENV)/bin/ruff check
	@$(VENV)/bin/ruff format --check --quiet

format: $(VENV)/ready-dev
	@$(VENV)/bin/ruff check --fix
	@$(VENV)/bin/ruff format

types: $(VENV)/ready-dev
	@echo "types: writing the stubs of every resource type"
	@$(PYTHON) -m awsdeck.cfn.stubs
	@echo "types: mypy --strict"
	@$(VENV)/bin/mypy
	@echo "types: pyright"
	@$(VENV)/bin/pyright

bench: $(VENV)/ready-dev
	@$(PYTHON) -m benchmarks

wheel: $(VENV)/ready-dev
	@echo "wheel: building dist/"
	@$(PYTHON) -m hatchling build

clean:
	rm -rf $(VENV) .bench dist build awsdeck.out .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/ready-run: pyproject.toml $(PINS) .ci/wheel.py $(VENV)/pyvenv.cfg
	@echo "set-up: installing awsdeck and the embedded CloudFormation into $(VENV)/"
	@$(INSTALL) hatchling
	@$(INSTALL) --no-build-isolation --editable '.[local]'
	@touch $@

$(VENV)/ready-dev: $(VENV)/ready-run
	@echo "set-up: installing what the tests need into $(VENV)/"
	@$(INSTALL) --no-build-isolation --editable '.[dev]'
	@touch $@

$(VENV)/pyvenv.cfg:
	@for python in python3.13 python3.12 python3.11 python3 python; do \
	    if "$$python" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	        echo "set-up: making $(VENV)/ with $$("$$python" --version 2>&1)"; \
	        rm -rf $(VENV) && mkdir -p $(VENV)/tmp && "$$python" -m venv $(VENV) && exit 0; exit 1; \
	    fi; \
	done; \
	echo "set-up: no Python 3.11 or newer found (looked for python3.13, python3.12, python3.11, python3, python)." >&2; \
	echo "        Install one with its venv module; on Debian and Ubuntu: apt install python3 python3-venv make" >&2; \
	exit 1
