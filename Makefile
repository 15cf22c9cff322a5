# Everything installs into .venv, at the versions of constraints.txt.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: models gate gate-study bench test test-slow test-extra lint format results proof perf constraints clean

bench: .venv/.installed
	$(BIN)/bench run --generators all

# On all cores, so one thread each; `pytest` by itself runs the same tests one after the other.
test: .venv/.installed-test
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n auto --dist worksteal

# Kills, soak, cluster, reports in a browser, the proof in small: real processes, some fifteen minutes.
test-slow: .venv/.installed-test
	$(BIN)/python -m pytest -m slow

# Generators that need the extras vine, arf and forest.
test-extra: .venv/.installed-extra
	$(BIN)/python -m pytest -m extra

lint: .venv/.installed-lint
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: .venv/.installed-lint
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Fails if a generator became worse than in the committed baseline; docs/ci.md says how that is made. Under four minutes.
GATE := --dataset station --split random --profile ci --generators smote,gaussian-copula,gaussian-mixture,cart,ae,beta-vae
gate: .venv/.installed
	OMP_NUM_THREADS=1 $(BIN)/bench run $(GATE) --seeds-per-split 2 --no-figures --out runs/gate
	$(BIN)/bench check runs/gate --baseline tests/baselines/ci.json

# How often the gate is wrong and what it notices; writes docs/ci.md. A quarter of an hour of one core.
gate-study: .venv/.installed-test
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.gate_study

# The committed results: well over an hour on two idle cores. BENCH_DATA_DIR may name a folder with the tables.
RESULTS := methane-1:random methane-1:blocked methane-2:blocked station:random station:blocked
results: .venv/.installed
	for spec in $(RESULTS); do \
	  data=$${spec%:*}; split=$${spec#*:}; what="--generators all"; figures=--no-figures; \
	  case $$data in station) what="--generators ae,vae,beta-vae --repeats 2";; methane-1) figures=--figures;; esac; \
	  $(BIN)/bench run --dataset $$data $$what --profile standard --split $$split \
	    --out runs/$$data-$$split --no-figures && \
	  rm -rf docs/results/$$data/$$split && \
	  $(BIN)/bench export runs/$$data-$$split docs/results/$$data/$$split && \
	  $(BIN)/bench report docs/results/$$data/$$split $$figures && \
	  rm docs/results/$$data/$$split/report.html || exit 1; \
	done
	$(BIN)/bench report --update README.md --update docs/models.md

# The table of docs/models.md: about an hour on one idle core.
models: .venv/.installed-extra
	$(BIN)/bench run --dataset methane-1 --profile standard --split random --seed 20261120 --out runs/models --no-figures \
	  --generators ae,vae,beta-vae,flow,latent-flow,gaussian-mixture,cart,smote,gaussian-copula,vine-copula,tvae
	rm -rf docs/results/methane-1/models
	$(BIN)/bench export runs/models docs/results/methane-1/models
	$(BIN)/bench report docs/results/methane-1/models --no-figures --format md
	$(BIN)/bench report --update README.md --update docs/models.md

# Measures what the metrics and the statistics notice and writes docs/proof.md: well over an hour on two idle cores.
proof: .venv/.installed-test
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.proof

# Prints start-up times, overheads and what the metrics cost; asserts nothing.
perf: .venv/.installed-test
	$(BIN)/python tests/perf.py

# Writes down the versions of this .venv, for a commit that upgrades them on purpose.
constraints: .venv/.installed-lint .venv/.installed-test
	$(PIP) freeze --exclude-editable | sed 's/+cpu$$//' | grep -v '^nvidia-' > constraints.txt

clean:
	rm -rf .venv build *.egg-info

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and f"bench needs Python 3.11 or newer; {sys.executable} is {sys.version.split()[0]}. Try: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .venv

.venv/.installed: .venv/bin/python pyproject.toml constraints.txt
	$(PIP) install --quiet --constraint constraints.txt --editable .
	touch $@

.venv/.installed-test: .venv/bin/python pyproject.toml constraints.txt
	$(PIP) install --quiet --constraint constraints.txt --editable '.[test]'
	touch $@

.venv/.installed-extra: .venv/bin/python pyproject.toml constraints.txt
	$(PIP) install --quiet --constraint constraints.txt --editable '.[test,vine,arf,forest]'
	touch $@

.venv/.installed-lint: .venv/bin/python pyproject.toml constraints.txt
	$(PIP) install --quiet --constraint constraints.txt --editable '.[lint,test]'
	touch $@
