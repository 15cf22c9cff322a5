# Everything installs into .venv, at the versions of constraints.txt.
# `bench`: a table of numbers in time, and one of categories, dates and gaps.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: models mixed times ablation others tuning gate gate-study bench test test-slow test-extra test-real test-gpu lint format \
  reference docs proof perf fuzz constraints wheels clean

bench: .venv/.installed
	$(BIN)/bench run --dataset station --dataset clinic --generators all

# On all cores, so one thread each; `pytest` by itself runs the same tests one after the other.
test: .venv/.installed-test
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n auto --dist worksteal --durations 30

# Whole runs, pages, kills, soak, cluster, reports in a browser, the proof in small: real processes, half an hour. The tests of a
# file run in one process, as they share what takes long.
test-slow: .venv/.installed-test
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m slow -n auto --dist loadfile

# What needs the extras vine, arf, forest and mlflow.
test-extra: .venv/.installed-extra
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m extra -n auto --dist worksteal

# Needs the public tables: in the folder BENCH_DATA_DIR, or downloaded.
test-real: .venv/.installed-test
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m real

# Needs a CUDA device.
test-gpu: .venv/.installed-test
	$(BIN)/python -m pytest -m gpu

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

# The committed results. BENCH_DATA_DIR may name a folder with the tables. `models`: an hour and more on two idle cores.
export_run = rm -rf docs/results/$(1) && $(BIN)/bench export runs/$(subst /,-,$(1)) docs/results/$(1) && \
  $(BIN)/bench report docs/results/$(1) --format md $(2)
documents = $(BIN)/bench report --update README.md --update docs/benchmark-results.md --update docs/models.md --update docs/ablation.md --update docs/tuning.md \
  --update docs/mixed-tables.md

# The presets of bench tune are not among them: docs/results/methane-1/tuned has an earlier run with them.
FIELD := ae,vae,beta-vae,flow,latent-flow,gaussian-mixture,cart,smote,gaussian-copula,vine-copula,tvae,ctgan
models: .venv/.installed-extra
	for split in random blocked; do \
	  $(BIN)/bench run --dataset methane-1 --profile standard --split $$split --seed 20261120 --generators $(FIELD) \
	    --out runs/methane-1-$$split --no-figures || exit 1; \
	done
	$(call export_run,methane-1/random,--figures)
	$(call export_run,methane-1/blocked,--figures)
	$(documents)

# Four public tables with categories. The two slow models learn from fewer rows, once: a run of their own, merged with the
# other in docs/results/TABLE/report.md. An hour and a half on two idle cores; MIXED=shoppers makes one table.
MIXED := shoppers adult default beijing
SLOW := --repeats 1 --generators tvae,ctgan --set tvae.max_rows=10000 --set ctgan.max_rows=10000
mixed: .venv/.installed
	for data in $(MIXED); do \
	  run="$(BIN)/bench run --dataset $$data --profile standard --split random --seed 20261120 --no-figures --cache runs/cache"; \
	  $$run --repeats 3 --generators autoregressive,beta-vae,cart,gaussian-mixture --out runs/$$data-all-rows || exit 1; \
	  $$run $(SLOW) --out runs/$$data-10000-rows || exit 1; \
	  for part in all-rows 10000-rows; do \
	    rm -rf docs/results/$$data/$$part && $(BIN)/bench export runs/$$data-$$part docs/results/$$data/$$part && \
	      $(BIN)/bench report docs/results/$$data/$$part --format md --no-figures || exit 1; \
	  done; \
	  $(BIN)/bench report docs/results/$$data/*/ --format md --no-figures --out docs/results/$$data || exit 1; \
	done
	$(BIN)/bench run --dataset methane-1 --profile standard --split random --seed 20261120 --no-figures --repeats 3 \
	  --generators autoregressive,beta-vae,cart,gaussian-mixture --out runs/methane-1-autoregressive
	$(call export_run,methane-1/autoregressive)
	$(documents)

# How long a fit takes: one at a time, nothing from a cache, on a machine that does nothing else.
TIMED := beta-vae,flow,tvae
times: .venv/.installed
	$(BIN)/bench run --dataset methane-1 --profile standard --split random --seed 0 --repeats 2 --generators $(TIMED) --workers 1 \
	  --out runs/methane-1-times --no-figures
	$(call export_run,methane-1/times,--no-figures)
	$(documents)

# What each part of our own autoencoders brings, step by step from vae to beta-vae and one change at a time, and the noise
# sweep; seed 0, as all development.
LADDER := vae,vae-budget,beta-vae-plain,beta-vae-normal-prior,beta-vae,beta-vae-gaussian-decoder,beta-vae-no-anneal
ablation: .venv/.installed
	$(BIN)/bench run --dataset methane-1 --profile standard --split random --seed 0 --generators $(LADDER) \
	  --out runs/methane-1-ladder --no-figures
	$(BIN)/bench run --dataset methane-1 --profile standard --split random --seed 0 --repeats 2 --generators ablation,ae,vae,beta-vae \
	  --out runs/methane-1-ablation --no-figures
	$(call export_run,methane-1/ladder,--no-figures)
	$(call export_run,methane-1/ablation,--no-figures)
	$(documents)

# A second table, and the simulated one.
OTHERS := methane-2/blocked:ae,vae,beta-vae,ctgan,tvae station/random:ae,vae,beta-vae station/blocked:ae,vae,beta-vae
others: .venv/.installed
	for spec in $(OTHERS); do \
	  what=$${spec%:*}; data=$${what%/*}; split=$${what#*/}; \
	  case $$data in station) repeats="--repeats 2";; *) repeats="";; esac; \
	  $(BIN)/bench run --dataset $$data --profile standard --split $$split --generators $${spec#*:} $$repeats \
	    --out runs/$$data-$$split --no-figures || exit 1; \
	done
	$(call export_run,methane-2/blocked,--no-figures)
	$(call export_run,station/random,--no-figures)
	$(call export_run,station/blocked,--no-figures)
	$(documents)

# As many settings of each, chosen by the same objective on the same inner split: an hour and a half of two cores.
TUNED := ctgan tvae flow beta-vae vae ae
TUNE := --trials 12 --force
tuning: .venv/.installed-test
	for name in $(TUNED); do \
	  OMP_NUM_THREADS=1 $(BIN)/bench tune $$name --dataset methane-1 --split random $(TUNE) \
	    --study runs/tune-$$name --out docs/results/tuning/$$name.toml || exit 1; \
	done
	OMP_NUM_THREADS=1 $(BIN)/bench tune beta-vae --dataset station --profile quick --space docs/sweep.toml $(TUNE) \
	  --study runs/tune-sweep --out docs/results/tuning/sweep.toml
	$(BIN)/bench report --update docs/tuning.md

# Writes docs/reference from the code: commands and options, metrics, types of plugins, the Python interface.
reference: .venv/.installed-test
	$(BIN)/python -m tests.reference_pages

# The documentation as a site, in build/site, with the reports of stored runs; warnings are errors. Half a minute.
docs: .venv/.installed-docs
	$(BIN)/python -m tests.docs_site

# Measures what the metrics and the statistics notice and writes docs/proof.md: hours of two idle cores.
proof: .venv/.installed-test
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.proof

# Prints start-up times, overheads and what the metrics cost; asserts nothing.
perf: .venv/.installed-test
	$(BIN)/python tests/perf.py

# Changes valid files at random and reads them; the files of faults are kept in runs/fuzz. Ten minutes of one core.
fuzz: .venv/.installed-test
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.fuzz_readers --minutes 10

# Whether there are wheels of the versions in constraints.txt for other versions of Python. A minute each.
wheels: .venv/bin/python
	for version in 3.12 3.13; do \
	  $(PIP) install --quiet --dry-run --ignore-installed --only-binary=:all: --python-version $$version --target build/none \
	    --constraint constraints.txt '.[test]' || exit 1; \
	done

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
	$(PIP) install --quiet --constraint constraints.txt --editable '.[test,vine,arf,forest,mlflow]'
	touch $@

.venv/.installed-docs: .venv/bin/python pyproject.toml constraints.txt
	$(PIP) install --quiet --constraint constraints.txt --editable '.[docs,test]'
	touch $@

.venv/.installed-lint: .venv/bin/python pyproject.toml constraints.txt
	$(PIP) install --quiet --constraint constraints.txt --editable '.[lint,test]'
	touch $@
